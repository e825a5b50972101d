/** How long a plugin serves, and what it has to see to before it goes. */
export class Lifetime {
    private readonly controller = new AbortController();
    private readonly work = new Set<Promise<unknown>>();

    /** Aborted when the plugin is to end, however that came; its children have to end then. */
    public get ending(): AbortSignal {
        return this.controller.signal;
    }

    /** Ends the plugin. Later calls change nothing. */
    public end(): void {
        this.controller.abort();
    }

    /** The plugin does not go before this work has settled. @returns the same promise */
    public hold<T>(work: Promise<T>): Promise<T> {
        this.work.add(work);
        const settled = (): boolean => this.work.delete(work);
        work.then(settled, settled);
        return work;
    }

    /** Settles when all work held has. Never rejects. */
    public async idle(): Promise<void> {
        while (this.work.size > 0) await Promise.allSettled(this.work);
    }
}
