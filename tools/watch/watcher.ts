import { relative, sep } from "node:path";
import { watch, type FSWatcher } from "chokidar";
import { isNoise } from "./noise";
import { dueAt, gathered, PATIENCE, type Gathering, type Patience } from "./settle";

export interface WatcherOptions {
    /** Absolute path of the checkout. */
    readonly project: string;
    /** Paths relative to it. */
    readonly paths: readonly string[];
    readonly patience?: Patience;
}

/**
 * Gathers changes of files until they rest. chokidar watches: it follows folders that come, editors that write another
 * file and rename it, and has a way of its own for each system.
 */
export class Watcher {
    private readonly watcher: FSWatcher;
    private gathering: Gathering | undefined;
    private waiting: ((paths: ReadonlySet<string> | undefined) => void) | undefined;
    private timer: NodeJS.Timeout | undefined;
    private closed = false;
    private readonly patience: Patience;

    private constructor(private readonly options: WatcherOptions) {
        this.patience = options.patience ?? PATIENCE;
        this.watcher = watch([...options.paths], {
            cwd: options.project,
            ignoreInitial: true,
            ignored: (path) => isNoise(this.shown(path)),
        });
        this.watcher.on("all", (_event, path) => this.changed(this.shown(path)));
    }

    /** @returns once every change from now on is seen */
    public static async start(options: WatcherOptions): Promise<Watcher> {
        const watcher = new Watcher(options);
        await new Promise<void>((resolve, reject) => {
            watcher.watcher.once("ready", () => resolve());
            watcher.watcher.once("error", reject);
        });
        return watcher;
    }

    /** Watches further paths; those that are watched already stay as they are. */
    public add(paths: readonly string[]): void {
        this.watcher.add([...paths]);
    }

    /** The next changes that have come to rest, relative to the project; undefined after `close`. */
    public next(): Promise<ReadonlySet<string> | undefined> {
        return new Promise((resolve) => {
            this.waiting = resolve;
            this.arm();
        });
    }

    public async close(): Promise<void> {
        this.closed = true;
        clearTimeout(this.timer);
        this.waiting?.(undefined);
        await this.watcher.close();
    }

    private changed(path: string): void {
        this.gathering = gathered(this.gathering, path, Date.now());
        this.arm();
    }

    /** Sets the clock to the moment at which what is gathered is whole. */
    private arm(): void {
        clearTimeout(this.timer);
        const { gathering, waiting } = this;
        if (waiting === undefined) return;
        if (this.closed) return waiting(undefined);
        if (gathering === undefined) return;
        this.timer = setTimeout(
            () => {
                this.gathering = undefined;
                this.waiting = undefined;
                waiting(gathering.paths);
            },
            Math.max(0, dueAt(gathering, this.patience) - Date.now()),
        );
    }

    private shown(path: string): string {
        const inside = relative(this.options.project, path.startsWith(sep) ? path : `${this.options.project}/${path}`);
        return inside.split(sep).join("/");
    }
}
