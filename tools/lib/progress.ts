/** Where progress is shown; `process.stderr` is one. */
export interface ProgressStream {
    readonly isTTY?: boolean;
    readonly columns?: number;
    write(text: string): unknown;
}

export interface ProgressOptions {
    /** How many steps there are. */
    readonly total: number;
    /** Default standard error, so that standard output stays for results. */
    readonly stream?: ProgressStream;
    /** Milliseconds between signs of life where no terminal is. Default 20 s. */
    readonly every?: number;
}

/** What one step does. */
export interface Step {
    /** For example `pulumi 3.245.0`. */
    readonly what: string;
    /** What that is for. */
    readonly purpose: string;
}

/** Seconds as a person says them. */
export function duration(seconds: number): string {
    if (seconds < 10) return `${seconds.toFixed(1)} s`;
    const whole = Math.round(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A step that is under way, as one line. */
export function stepLine(index: number, total: number, { what, purpose }: Step, seconds: number, note = ""): string {
    const detail = note === "" ? "" : `, ${note}`;
    return `[${index}/${total}] ${what} (${purpose}): ${duration(seconds)}${detail}`;
}

/** The line that a step leaves behind. */
export function endLine(index: number, total: number, { what }: Step, seconds: number, outcome: string): string {
    return `[${index}/${total}] ${what}: ${outcome} (${duration(seconds)})`;
}

/**
 * Shows which of how many steps is under way, for how long, and what it is for. On a terminal it is one line that
 * is written again and again; elsewhere a line at the beginning, one now and then, and one at the end.
 */
export class Progress {
    private index = 0;
    private readonly stream: ProgressStream;
    private readonly every: number;

    public constructor(private readonly options: ProgressOptions) {
        this.stream = options.stream ?? process.stderr;
        this.every = options.every ?? 20_000;
    }

    /**
     * Runs one step. Its action may say what it is about (`note`), and returns its value with one word on the outcome.
     */
    public async step<T>(
        step: Step,
        action: (note: (text: string) => void) => Promise<{ readonly value: T; readonly outcome: string }>,
    ): Promise<T> {
        const index = ++this.index;
        const { total } = this.options;
        const started = Date.now();
        const seconds = (): number => (Date.now() - started) / 1000;
        const onTerminal = this.stream.isTTY === true;
        let text = "";
        const show = (): void => this.show(stepLine(index, total, step, seconds(), text));
        if (!onTerminal) this.stream.write(`[${index}/${total}] ${step.what} (${step.purpose})\n`);
        const timer = setInterval(show, onTerminal ? 500 : this.every);
        try {
            const { value, outcome } = await action((note) => {
                text = note;
            });
            this.end(endLine(index, total, step, seconds(), outcome));
            return value;
        } catch (error) {
            this.end(endLine(index, total, step, seconds(), "failed"));
            throw error;
        } finally {
            clearInterval(timer);
        }
    }

    private show(line: string): void {
        if (this.stream.isTTY !== true) {
            this.stream.write(`${line}\n`);
            return;
        }
        // A line that wraps could not be written over.
        const width = (this.stream.columns ?? 80) - 1;
        this.stream.write(`\r\u001b[K${line.length > width ? `${line.slice(0, width - 1)}…` : line}`);
    }

    private end(line: string): void {
        this.stream.write(this.stream.isTTY === true ? `\r\u001b[K${line}\n` : `${line}\n`);
    }
}
