/** An S3 store, as its clients need it; requests are path-style. */
export interface ObjectStore {
    /** URL without a path. */
    readonly endpoint: string;
    readonly region: string;
}
