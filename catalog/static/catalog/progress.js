/* How far a file has come, in words. */
import { gettext, grouped, ngettext } from "../backoffice/words.js";

const megabytes = (bytes) => gettext("%(size)s MB", { size: (bytes / 1e6).toFixed(1) });

/* `share` is null before the first byte has left. */
export function sending({ name, size }, share = null) {
  if (share === null) return gettext("Sending %(name)s …", { name });
  const facts = { name, percent: Math.floor(share * 100), size: megabytes(size) };
  return gettext("Sending %(name)s: %(percent)s % of %(size)s", facts);
}

export const reading = ({ name }) => gettext("Reading %(name)s …", { name });

/* `rows` is 0 until the shop knows it. */
export function readingSince({ name }, rows, seconds) {
  if (!rows) return gettext("Reading %(name)s: %(seconds)s s", { name, seconds });
  const facts = { name, seconds, rows: grouped(rows) };
  return ngettext(
    "Reading %(name)s: %(rows)s row, %(seconds)s s",
    "Reading %(name)s: %(rows)s rows, %(seconds)s s",
    rows,
    facts,
  );
}

export const opening = () => gettext("Opening the preview …");
export const notArrived = () => gettext("The file did not arrive. Choose it again when the connection is back.");
export const signedOut = () => gettext("You are signed out. Load the page again to sign in.");
export const notTaken = (status) => gettext("The shop could not take the file (%(status)s). Choose it again.", { status });

/* `most` is in megabytes. */
export function tooLarge({ name, size }, most) {
  if (size <= most * 1_048_576) return "";
  const facts = { name, most, size: megabytes(size) };
  return gettext("%(name)s has %(size)s; at most %(most)s MB are taken. Send it in parts.", facts);
}
