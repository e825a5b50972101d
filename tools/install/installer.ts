import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError, type Problem } from "../../components/config/problems";
import { withLock } from "../lib/lock";
import { Progress, type ProgressStream } from "../lib/progress";
import type { Slot, ToolCache } from "./cache";
import type { Search } from "./on-path";
import type { ReleaseOutcome } from "./release";
import type { GoModule, Release, ToolName, ToolSpec } from "./tool-spec";
import type { InstalledTool, Origin } from "./tool-set";

type Note = (text: string) => void;

/** The places that tools come from, and the keys of what they give. */
export interface Sources {
    /** Looks among the user's own programs. */
    search(spec: ToolSpec): Promise<Search>;
    release(release: Release, folder: string, note: Note): Promise<ReleaseOutcome>;
    build(spec: ToolSpec, module: GoModule, folder: string, note: Note): Promise<void>;
    standIn(standIn: string, binary: string, folder: string, final: string): Promise<void>;
    /** @throws UserError when modules cannot be built on this machine */
    beforeBuilds(modules: readonly GoModule[]): Promise<void>;
    /** Fetches what later builds will need; ends by itself when the signal says so. */
    prefetch(modules: readonly GoModule[], signal: AbortSignal): Promise<void>;
    keys: {
        release(release: Release): string;
        build(module: GoModule): string;
        standIn(folder: string): string;
    };
}

export interface InstallerOptions {
    readonly cache: ToolCache;
    readonly sources: Sources;
    /** Where progress is shown. Default standard error. */
    readonly stream?: ProgressStream;
}

/** The release cannot be had; nothing is wrong, the next place is asked. */
class NotReleased extends Error {}

/** Finds or installs tools. One object serves one run. */
export class Installer {
    private readonly ready = new Map<ToolName, InstalledTool>();
    private readonly passedOver = new Map<ToolName, string>();
    private readonly prefetching = new AbortController();
    private prefetched: Promise<void> | undefined;
    private buildable = false;

    public constructor(private readonly options: InstallerOptions) {}

    /**
     * Everything that is asked for, in the same order.
     * @throws UserError when a tool cannot be had; what could be installed stays installed
     */
    public async install(specs: readonly ToolSpec[]): Promise<readonly InstalledTool[]> {
        await Promise.all(specs.map((spec) => this.search(spec)));
        this.lookInCache(specs);
        if (this.missing(specs).length > 0) await this.installMissing(specs);
        return specs.map((spec) => this.tool(spec));
    }

    private async search(spec: ToolSpec): Promise<void> {
        const result = await this.options.sources.search(spec);
        if (result.found === undefined) {
            if (result.passedOver !== undefined) this.passedOver.set(spec.name, result.passedOver);
            return;
        }
        this.add(
            spec,
            spec.plugin === undefined ? "PATH" : "PULUMI_HOME",
            result.found.files,
            false,
            result.found.version,
        );
    }

    private lookInCache(specs: readonly ToolSpec[]): void {
        for (const spec of this.missing(specs)) {
            if (spec.comesWith !== undefined && this.takeCompanion(spec)) continue;
            const found = this.slots(spec)
                .map((slot) => this.options.cache.find(slot))
                .find((cached) => cached !== undefined);
            if (found !== undefined) this.add(spec, found.origin, found.files, true);
        }
    }

    private async installMissing(specs: readonly ToolSpec[]): Promise<void> {
        const { cache, stream } = this.options;
        const report = (line: string): void => void (stream ?? process.stderr).write(`${line}\n`);
        await withLock(join(cache.folder, "install"), { what: "installing tools", report }, async () => {
            cache.removeAbandoned();
            // Whoever held the lock before may have installed what is missing here.
            this.lookInCache(specs);
            const missing = this.missing(specs).sort(slowestFirst);
            const progress = new Progress({ total: missing.length, ...(stream === undefined ? {} : { stream }) });
            const problems: Problem[] = [];
            try {
                for (const [index, spec] of missing.entries()) {
                    problems.push(...(await this.step(progress, spec, missing.slice(index + 1))));
                }
            } finally {
                this.prefetching.abort();
                await this.prefetched;
            }
            if (problems.length > 0) throw new UserError("not all tools could be installed", problems);
        });
    }

    /** Installs one tool. A build that fails does not keep the others from being built. */
    private async step(progress: Progress, spec: ToolSpec, later: readonly ToolSpec[]): Promise<readonly Problem[]> {
        const step = { what: `${spec.name} ${spec.version}`, purpose: spec.purpose };
        try {
            await progress.step(step, async (note) => {
                const outcome = await this.obtain(spec, later, note);
                return { value: undefined, outcome };
            });
            return [];
        } catch (error) {
            if (error instanceof BuildFailed) return error.problems;
            throw error;
        }
    }

    /** @returns how the tool was had, in a word or two */
    private async obtain(spec: ToolSpec, later: readonly ToolSpec[], note: Note): Promise<string> {
        if (spec.comesWith !== undefined && this.takeCompanion(spec)) return `came with ${spec.comesWith}`;
        let because = "there is no official release";
        if (spec.release !== undefined) {
            note("asking for the official release");
            const refusal = await this.download(spec, spec.release, note);
            if (refusal === undefined) return "downloaded";
            because = refusal;
        }
        note("");
        if (spec.module !== undefined) {
            await this.build(spec, spec.module, later, note);
            return "built";
        }
        if (spec.standIn !== undefined) {
            await this.standIn(spec, spec.standIn);
            return `stand-in, since ${because}`;
        }
        throw new UserError("a tool cannot be had", [
            { where: spec.name, what: `its release cannot be had (${because})`, fix: "make the network reach it" },
        ]);
    }

    /** @returns why it could not be downloaded; undefined when it was */
    private async download(spec: ToolSpec, release: Release, note: Note): Promise<string | undefined> {
        const { cache, sources } = this.options;
        try {
            const placed = await cache.place(
                this.slot(spec, sources.keys.release(release)),
                "release",
                async (folder) => {
                    const outcome = await sources.release(release, folder, note);
                    if (!outcome.got) throw new NotReleased(outcome.because);
                },
            );
            this.add(spec, placed.origin, placed.files, false);
            return undefined;
        } catch (error) {
            if (error instanceof NotReleased) return error.message;
            throw error;
        }
    }

    private async build(spec: ToolSpec, module: GoModule, later: readonly ToolSpec[], note: Note): Promise<void> {
        const { cache, sources } = this.options;
        const laterModules = later.flatMap((other) => (other.module === undefined ? [] : [other.module]));
        if (!this.buildable) await sources.beforeBuilds([module, ...laterModules]);
        this.buildable = true;
        this.prefetched ??= sources.prefetch(laterModules, this.prefetching.signal);
        try {
            const placed = await cache.place(this.slot(spec, sources.keys.build(module)), "built", (folder) =>
                sources.build(spec, module, folder, note),
            );
            this.add(spec, placed.origin, placed.files, false);
        } catch (error) {
            if (error instanceof UserError) throw new BuildFailed(error.problems);
            throw error;
        }
    }

    private async standIn(spec: ToolSpec, standIn: string): Promise<void> {
        const { cache, sources } = this.options;
        const slot = this.slot(spec, sources.keys.standIn(standIn));
        const cached = cache.find(slot);
        const [binary = ""] = spec.binaries;
        const placed =
            cached ??
            (await cache.place(slot, "stand-in", (folder) =>
                sources.standIn(standIn, binary, folder, cache.pathOf(slot)),
            ));
        this.add(spec, placed.origin, placed.files, cached !== undefined);
    }

    /** Official releases bring some tools along, beside another one. */
    private takeCompanion(spec: ToolSpec): boolean {
        const companion = spec.comesWith === undefined ? undefined : this.ready.get(spec.comesWith);
        const [file] = Object.values(companion?.files ?? {});
        if (companion === undefined || file === undefined) return false;
        const folder = dirname(realpathSync(file));
        const files = spec.binaries.map((binary) => [binary, join(folder, binary)] as const);
        if (!files.every(([, path]) => existsSync(path))) return false;
        this.add(spec, companion.origin, Object.fromEntries(files), companion.cached, companion.version);
        return true;
    }

    /**
     * Places in the cache where an installed tool may be. Stand-ins are not among them: the official program is asked
     * for first, whenever tools are looked for at all.
     */
    private slots(spec: ToolSpec): readonly Slot[] {
        const { keys } = this.options.sources;
        return [
            ...(spec.release === undefined ? [] : [this.slot(spec, keys.release(spec.release))]),
            ...(spec.module === undefined ? [] : [this.slot(spec, keys.build(spec.module))]),
        ];
    }

    private slot({ name, version, binaries }: ToolSpec, key: string): Slot {
        return { name, version, binaries, key };
    }

    private missing(specs: readonly ToolSpec[]): ToolSpec[] {
        return specs.filter(({ name }) => !this.ready.has(name));
    }

    private add(
        spec: ToolSpec,
        origin: Origin,
        files: InstalledTool["files"],
        cached: boolean,
        version = spec.version,
    ): void {
        this.ready.set(spec.name, { name: spec.name, version, origin, cached, files });
    }

    private tool({ name }: ToolSpec): InstalledTool {
        const tool = this.ready.get(name);
        if (tool === undefined) throw new Error(`${name} was neither found nor installed`);
        const passedOver = this.passedOver.get(name);
        return passedOver === undefined ? tool : { ...tool, passedOver };
    }
}

/** Go's complaint about one tool. */
class BuildFailed extends Error {
    public constructor(public readonly problems: readonly Problem[]) {
        super("a build failed");
    }
}

function slowestFirst(a: ToolSpec, b: ToolSpec): number {
    return (b.module?.minutes ?? 0) - (a.module?.minutes ?? 0);
}
