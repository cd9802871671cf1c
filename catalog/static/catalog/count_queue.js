/* Counts on their way to the shop.

   They are sent one after the other, in the order of typing. When one cannot be sent, it and those after it wait
   and are tried again under the same keys, so that none is lost and none is recorded twice. */

const TRY_AGAIN_AFTER = 5000;

export class CountQueue {
  waiting = [];
  #isSending = false;

  /* `send(count)` promises the shop's answer; `onAnswer(count, answer)`, `onFailure(error)`, `onEmpty()` are told. */
  constructor({ send, onAnswer, onFailure, onEmpty, tryAgainAfter = TRY_AGAIN_AFTER }) {
    Object.assign(this, { send, onAnswer, onFailure, onEmpty, tryAgainAfter });
  }

  add(count) {
    this.waiting.push(count);
    return this.sendAll();
  }

  async sendAll() {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      while (this.waiting.length) {
        const answer = await this.send(this.waiting[0]);
        this.onAnswer(this.waiting.shift(), answer);
      }
    } catch (error) {
      this.onFailure(error);
      setTimeout(() => this.sendAll(), this.tryAgainAfter);
    }
    this.#isSending = false;
    if (!this.waiting.length) this.onEmpty();
  }
}
