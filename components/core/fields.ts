/** Members of an object that somebody else made, about whose types nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** True for what has members: an object that is no list. */
export function isFields(value: unknown): value is Fields {
    return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The members of a value; none where it is no object. */
export function fields(value: unknown): Fields {
    return isFields(value) ? { ...value } : {};
}
