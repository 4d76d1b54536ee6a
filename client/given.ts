/** The fields that are there; one that is undefined counts as absent. */
export const given = <Parts extends object>(parts: Parts) =>
  // The keys stay what they were; only those without a value are gone.
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Parts]?: Exclude<Parts[Key], undefined>
  }
