/* The number after a step up or down: between nothing and what is left; what is no number counts as nothing. */
export const stepped = (typed, by, most) => Math.min(most, Math.max(0, (Math.trunc(Number(typed)) || 0) + by));
