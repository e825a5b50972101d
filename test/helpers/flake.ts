/** An input as flake.nix declares it. */
export interface FlakeInput {
    readonly url: string;
    /** False for a plain source tree. */
    readonly flake: boolean;
    /** Its input → the input of ours that stands in its place. */
    readonly follows: Readonly<Record<string, string>>;
}

/** A node of flake.lock. */
export interface LockNode {
    /** Input → node, or the path of another input that it follows. */
    readonly inputs?: Readonly<Record<string, string | readonly string[]>>;
    readonly locked?: Readonly<Record<string, unknown>>;
    readonly original?: Readonly<Record<string, unknown>>;
    readonly flake?: boolean;
}

export interface FlakeLock {
    readonly version: number;
    readonly root: string;
    readonly nodes: Readonly<Record<string, LockNode>>;
}

type Value = string | boolean | { readonly [name: string]: Value };

/**
 * The inputs of a flake.nix. Reads what inputs are made of (sets, strings, booleans, paths of names) and throws at
 * anything else: computed inputs Nix refuses as well.
 */
export function flakeInputs(text: string): Readonly<Record<string, FlakeInput>> {
    const at = /^ {2}inputs = (?=\{)/m.exec(text);
    if (at === null) throw new Error("flake.nix has no inputs");
    const inputs = new Reader(text.slice(at.index + at[0].length)).set();
    return Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => {
            if (typeof value !== "object") throw new Error(`input ${name} is no set`);
            const { url, flake = true, inputs: own = {}, ...rest } = value;
            if (typeof url !== "string" || typeof flake !== "boolean" || typeof own !== "object") {
                throw new Error(`input ${name} is not understood`);
            }
            if (Object.keys(rest).length > 0) throw new Error(`input ${name} has ${Object.keys(rest).join(", ")}`);
            return [name, { url, flake, follows: follows(own) }];
        }),
    );
}

function follows(inputs: { readonly [name: string]: Value }): Readonly<Record<string, string>> {
    return Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => {
            if (typeof value !== "object" || typeof value["follows"] !== "string") throw new Error(`${name}: ?`);
            return [name, value["follows"]];
        }),
    );
}

/** A reader of one Nix set of plain values. */
class Reader {
    private readonly tokens: readonly string[];
    private next = 0;

    public constructor(text: string) {
        const pattern = /#.*|"[^"\\$]*"|[A-Za-z_][\w'-]*|[{}=;.]|\S/g;
        this.tokens = [...text.matchAll(pattern)].map(([token]) => token).filter((token) => !token.startsWith("#"));
    }

    public set(): { readonly [name: string]: Value } {
        this.take("{");
        const result: Record<string, Value> = {};
        while (this.tokens[this.next] !== "}") {
            const path = [this.name()];
            while (this.tokens[this.next] === ".") {
                this.take(".");
                path.push(this.name());
            }
            this.take("=");
            put(result, path, this.value());
            this.take(";");
        }
        this.take("}");
        return result;
    }

    private value(): Value {
        const token = this.tokens[this.next] ?? "";
        if (token === "{") return this.set();
        this.next += 1;
        if (token.startsWith('"')) return token.slice(1, -1);
        if (token === "true" || token === "false") return token === "true";
        throw new Error(`${token} is no plain value`);
    }

    private name(): string {
        const token = this.tokens[this.next] ?? "";
        if (!/^[A-Za-z_]/.test(token)) throw new Error(`${token} is no name`);
        this.next += 1;
        return token;
    }

    private take(wanted: string): void {
        const token = this.tokens[this.next];
        if (token !== wanted) throw new Error(`${String(token)} stands where ${wanted} should`);
        this.next += 1;
    }
}

function put(target: Record<string, Value>, path: readonly string[], value: Value): void {
    const [first = "", ...rest] = path;
    if (rest.length === 0) {
        target[first] = value;
        return;
    }
    const inner: Record<string, Value> = {};
    const before = target[first];
    if (typeof before === "object") Object.assign(inner, before);
    put(inner, rest, value);
    target[first] = inner;
}

/** What keeps a lock file from being that of a flake.nix; Nix would write another then, or refuse to go on. */
export function lockProblems(flakeNix: string, lock: FlakeLock): readonly string[] {
    const inputs = flakeInputs(flakeNix);
    const root = lock.nodes[lock.root]?.inputs ?? {};
    const problems: string[] = lock.version === 7 ? [] : [`version is ${lock.version}`];
    const [declared, locked] = [Object.keys(inputs).sort(), Object.keys(root).sort()];
    if (declared.join() !== locked.join()) problems.push(`inputs are ${declared.join()}, locked are ${locked.join()}`);
    for (const [name, input] of Object.entries(inputs)) {
        const node = lock.nodes[String(root[name])];
        if (node === undefined) continue;
        const original = flakeReference(input.url);
        if (JSON.stringify(sorted(node.original)) !== JSON.stringify(sorted(original))) {
            problems.push(`${name}: ${input.url} is not what is locked`);
        }
        if ((node.flake ?? true) !== input.flake) problems.push(`${name}: it is a flake here and none there`);
        for (const [inner, target] of Object.entries(input.follows)) {
            if (JSON.stringify(node.inputs?.[inner]) !== JSON.stringify([target])) {
                problems.push(`${name}: its ${inner} does not follow ${target}`);
            }
        }
    }
    return [...problems, ...nodeProblems(lock)];
}

function nodeProblems({ nodes, root }: FlakeLock): readonly string[] {
    const reached = new Set([root]);
    for (const name of reached) {
        const targets = Object.values(nodes[name]?.inputs ?? {}).filter((target) => typeof target === "string");
        for (const target of targets) reached.add(target);
    }
    const problems = [...reached].filter((name) => nodes[name] === undefined).map((name) => `${name} is not locked`);
    for (const [name, { locked }] of Object.entries(nodes)) {
        if (!reached.has(name)) problems.push(`${name} is nobody's input`);
        if (name === root) continue;
        if (!/^[0-9a-f]{40}$/.test(String(locked?.["rev"]))) problems.push(`${name}: no commit`);
        if (!/^sha256-[A-Za-z0-9+/]{43}=$/.test(String(locked?.["narHash"]))) problems.push(`${name}: no hash`);
        if (!Number.isInteger(locked?.["lastModified"])) problems.push(`${name}: no time`);
    }
    return problems;
}

/** `github:owner/repo[/ref]` as flake.lock has it. */
function flakeReference(url: string): Readonly<Record<string, string>> {
    const [, type = "", owner = "", repo = "", ref] = /^(github):([^/]+)\/([^/]+)(?:\/(.+))?$/.exec(url) ?? [];
    return { type, owner, repo, ...(ref === undefined ? {} : { ref }) };
}

function sorted(record: Readonly<Record<string, unknown>> = {}): readonly (readonly [string, unknown])[] {
    return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
