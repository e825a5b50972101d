import { setMaxListeners } from "node:events";
import { ApiError, type Api, type Change, type Listed } from "./api";
import { collectionPath, kindSpecs, type KindSpec, type Stored } from "./kinds";
import type { Named } from "./objects";
import type { Kind, Snapshot } from "./snapshot";

/** One kind in one namespace. */
interface Collection {
    readonly spec: KindSpec;
    readonly path: string;
    readonly version: string;
    readonly objects: Map<string, Named>;
}

/** What the watched namespaces hold, read whole and then kept up by watches. */
export class Store {
    private constructor(
        private readonly api: Api,
        private readonly simulated: boolean,
        private readonly collections: readonly Collection[],
        /** Kinds that may not be read. */
        private readonly unreadable: ReadonlySet<Kind>,
        /** The API server's clock at the time of reading, in milliseconds since 1970. */
        public readonly date: number,
    ) {}

    /**
     * Reads everything.
     * @throws ApiError for what cannot be done without, or an error of the connection
     */
    public static async read(
        api: Api,
        { namespaces, simulated }: { readonly namespaces: readonly string[]; readonly simulated: boolean },
    ): Promise<Store> {
        const unreadable = new Set<Kind>();
        let date = Number.POSITIVE_INFINITY;
        const places = kindSpecs(simulated).flatMap((spec) =>
            (spec.clusterWide === true ? [""] : namespaces).map((namespace) => ({
                spec,
                path: collectionPath(spec, namespace),
            })),
        );
        const read = await Promise.all(
            places.map(async ({ spec, path }): Promise<readonly Collection[]> => {
                const listed = await readable(api, path, spec);
                if (listed === undefined) {
                    unreadable.add(spec.kind);
                    return [];
                }
                date = Math.min(date, listed.date);
                const objects = new Map(listed.items.map((object) => [keyOf(object), kept(spec, object)]));
                return [{ spec, path, version: listed.version, objects }];
            }),
        );
        return new Store(api, simulated, read.flat(), unreadable, Number.isFinite(date) ? date : Date.now());
    }

    /** What is known now. `since` as in Snapshot. */
    public snapshot(since: number): Snapshot {
        const of = (kind: Kind): readonly Named[] =>
            this.collections.filter(({ spec }) => spec.kind === kind).flatMap(({ objects }) => [...objects.values()]);
        const kinds = kindSpecs(this.simulated)
            .map(({ kind }) => kind)
            .filter((kind) => !this.unreadable.has(kind));
        // Each kind holds what its path answers, which no compiler can know.
        return {
            simulated: this.simulated,
            since,
            ...Object.fromEntries(kinds.map((kind) => [kind, of(kind)])),
        } as unknown as Snapshot;
    }

    /**
     * Follows all changes until the signal ends it, or until one watch is lost (the API server went away, or a list is
     * too old for it): then everything has to be read anew.
     */
    public async follow(signal: AbortSignal, onChange: () => void): Promise<void> {
        const end = new AbortController();
        // As many watches listen to it.
        setMaxListeners(this.collections.length, end.signal);
        const stop = (): void => end.abort();
        signal.addEventListener("abort", stop);
        try {
            await Promise.race(
                this.collections.map(async ({ spec, path, version, objects }) => {
                    try {
                        const options = { metadataOnly: spec.metadataOnly === true, signal: end.signal };
                        for await (const change of this.api.watch(path, version, options)) {
                            apply(objects, spec, change);
                            onChange();
                        }
                    } catch {
                        // Reading anew shows whether there is more to it than a lost watch.
                    }
                }),
            );
        } finally {
            signal.removeEventListener("abort", stop);
            end.abort();
        }
    }
}

/** A list; undefined when it may not be read and need not be. */
async function readable(api: Api, path: string, { metadataOnly, optional }: KindSpec): Promise<Listed | undefined> {
    try {
        return await api.list(path, metadataOnly);
    } catch (error) {
        if (optional === true && error instanceof ApiError && error.status === 403) return undefined;
        throw error;
    }
}

function apply(objects: Map<string, Named>, spec: KindSpec, { type, object }: Change): void {
    if (type === "DELETED") objects.delete(keyOf(object));
    else objects.set(keyOf(object), kept(spec, object));
}

function kept(spec: KindSpec, object: Stored): Named {
    return spec.keep?.(object) ?? object;
}

function keyOf({ metadata }: Named): string {
    return `${metadata.namespace ?? ""}/${metadata.name}`;
}
