/** What became of one object. */
export interface ObjectResult {
    /** `Deployment apps/web` */
    readonly id: string;
    /** In one word or sentence: `updated (0.2s)`, or the error. */
    readonly says: string;
    readonly failed: boolean;
}

/** What became of all of them. */
export interface Outcome {
    readonly results: readonly ObjectResult[];
    /** Errors that belong to no object. */
    readonly errors: readonly string[];
    readonly well: boolean;
}

/** How changes get into the cluster: the way by which `make up` has brought the applications there. */
export interface Delivery {
    /** As the start of a sentence: `Pulumi`. */
    readonly name: string;
    /** Applies what is on disk. */
    apply(signal: AbortSignal): Promise<Outcome>;
    /** The program is another one now. */
    programChanged(): void;
}

/** An outcome as lines for a person. */
export function outcomeLines({ results, errors }: Outcome): readonly string[] {
    return [
        ...results.map(({ id, says, failed }) => `${failed ? "!!" : "ok"} ${id}: ${says}`),
        ...errors.map((error) => `!! ${error}`),
    ];
}
