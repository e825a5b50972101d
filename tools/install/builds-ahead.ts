import type { GoModule } from "./tool-spec";
import type { Sources } from "./installer";

/** Makes builds that are still to come ready while another one is under way: their sources, then their packages. */
export class BuildsAhead {
    private readonly stopped = new AbortController();
    private readonly begun = new Set<GoModule>();
    private current: { readonly module: GoModule; readonly abort: AbortController } | undefined;
    private work: Promise<void> | undefined;

    public constructor(private readonly sources: Pick<Sources, "prefetch" | "compileAhead">) {}

    /** Begins with the modules of later builds, in their order; only once. */
    public start(modules: readonly GoModule[]): void {
        this.work ??= this.run(modules);
    }

    /** The build of a module begins: two compilers at the same packages would do the work twice. */
    public begin(module: GoModule): void {
        this.begun.add(module);
        if (this.current?.module === module) this.current.abort.abort();
    }

    /** Ends what is under way, and waits for its end. */
    public async stop(): Promise<void> {
        this.stopped.abort();
        this.current?.abort.abort();
        await this.work;
    }

    private async run(modules: readonly GoModule[]): Promise<void> {
        await this.sources.prefetch(modules, this.stopped.signal);
        for (const module of modules) {
            if (this.stopped.signal.aborted) return;
            if (this.begun.has(module)) continue;
            const abort = new AbortController();
            this.current = { module, abort };
            await this.sources.compileAhead(module, abort.signal);
        }
        this.current = undefined;
    }
}
