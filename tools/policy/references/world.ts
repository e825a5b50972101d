import type { Problem } from "../../../components/config/problems";
import { at, entriesOf, isEmpty, itemsOf, textOf, type Value } from "../../../policy/model/value";
import { idOf, type Manifest } from "../manifests";

/** Every object of a stack, by what others name it. */
export class World {
    private readonly byId: ReadonlyMap<string, Manifest>;

    public constructor(
        public readonly manifests: readonly Manifest[],
        /** Objects that others make, as `idOf` names them; a name that ends in `/` stands for all in its namespace. */
        private readonly others: readonly string[],
    ) {
        this.byId = new Map(manifests.map((manifest) => [idOf(manifest), manifest]));
    }

    /** True when the stack makes the object, or somebody is known to. */
    public has(kind: string, namespace: string | undefined, name: string): boolean {
        const id = nameOf(kind, namespace, name);
        return (
            this.byId.has(id) ||
            this.others.some((other) => other === id || (other.endsWith("/") && id.startsWith(other)))
        );
    }

    public get(kind: string, namespace: string | undefined, name: string): Manifest | undefined {
        return this.byId.get(nameOf(kind, namespace, name));
    }

    public all(...kinds: readonly string[]): readonly Manifest[] {
        return this.manifests.filter(({ kind }) => kinds.includes(kind));
    }
}

function nameOf(kind: string, namespace: string | undefined, name: string): string {
    return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** A field of an object as rules see it; what is no plain data is nothing. */
export function field(manifest: Manifest, ...path: readonly (string | number)[]): Value | undefined {
    return at(plain(manifest), ...path);
}

function plain(value: unknown): Value {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
    if (Array.isArray(value)) return value.map(plain);
    if (value === null || typeof value !== "object") return null;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** What an object names that is not there. */
export function dangling(manifest: Manifest, place: string, what: string): Problem {
    return {
        where: `${idOf(manifest)}, ${place}`,
        what: `names ${what}, which nothing makes`,
        fix: "correct the name, or turn on the layer that makes it",
    };
}

export { entriesOf, isEmpty, itemsOf, textOf };
