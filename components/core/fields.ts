/** Members of an object that somebody else made, about whose types nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** The members of a value; none where it is no object. */
export function fields(value: unknown): Fields {
    return value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
}
