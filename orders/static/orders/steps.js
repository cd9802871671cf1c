import { whole } from "../backoffice/words.js";

/* The number after a step up or down: between the least and what is left; what is no number counts as nothing. */
export const stepped = (typed, by, most, least = 0) =>
  Math.max(least, Math.min(most, (Math.trunc(whole(typed)) || 0) + by));
