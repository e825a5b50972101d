import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../components/config/problems";
import type { GateInput } from "../../components/readiness/gate-input";
import { Api, ApiError } from "./api";
import { oneLine, type Cause } from "./causes/cause";
import { judge, type Judgement } from "./judge";
import { Patience, QUIET_MS, SETTLE_MS, type Outcome, type PatienceLimits } from "./patience";
import { notReady, nothingThere, progressLine, progressText, readyLine } from "./report";
import { Store } from "./store";
import { withTransport } from "./transport";

/** Where the gate tells what it waits for. */
export type Say = (line: string) => void;

/** Changes come in bursts; they are judged together. Milliseconds. */
const BURST_MS = 100;

/**
 * Everything is read anew after this, in milliseconds: a watch whose connection died silently (a laptop that slept)
 * tells nothing, not even that.
 */
const REREAD_MS = 30_000;

/** How long the gate waits for what, in milliseconds. */
export interface GateLimits extends PatienceLimits {
    /** How long an API server may not answer: one that is started again takes seconds. */
    readonly silence: number;
    /** How long it may refuse: right after its start it does not know its rules yet. */
    readonly refusal: number;
    /** How far two lines of progress are apart at least. */
    readonly sayEvery: number;
}

const LIMITS: GateLimits = { quiet: QUIET_MS, settle: SETTLE_MS, silence: 60_000, refusal: 10_000, sayEvery: 1000 };

/** Watches that were kept for so long were not lost by a fault that will be there again at once. Milliseconds. */
const STABLE_MS = 5000;

const RETRY_MS = { first: 250, most: 2000 } as const;

/**
 * Waits until every workload of the namespaces is ready.
 * @param limits others than usual, for tests
 * @returns the line about it
 * @throws UserError with every cause, when waiting has become pointless
 */
export function gate(input: GateInput, say: Say, limits: Partial<GateLimits> = {}): Promise<string> {
    if (input.namespaces.length === 0) return Promise.resolve(readyLine(0));
    return withTransport(input.kubeconfig, (transport) =>
        new Gate(input, new Api(transport), say, { ...LIMITS, ...limits }).run(),
    );
}

class Gate {
    private readonly began = performance.now();
    private readonly patience: Patience;
    private judgement: Judgement | undefined;
    /** When it began by the API server's clock. */
    private since: number | undefined;
    private said = { text: "", at: Number.NEGATIVE_INFINITY };

    public constructor(
        private readonly input: GateInput,
        private readonly api: Api,
        private readonly say: Say,
        private readonly limits: GateLimits,
    ) {
        this.patience = new Patience(performance.now(), limits);
    }

    /** A verdict is only given on what was read just before; watches tell when it is time to read. */
    public async run(): Promise<string> {
        for (let losses = 0; ;) {
            const store = await this.read();
            const { outcome, judgement } = this.observe(store);
            if (judgement.verdicts.length === 0) throw nothingThere(this.input.namespaces);
            if (outcome.state === "ready") return readyLine(judgement.verdicts.length);
            if (outcome.state === "failed") throw await this.failure(outcome.causes);
            const watched = performance.now();
            const kept = await this.watch(store);
            losses = kept || performance.now() - watched > STABLE_MS ? 0 : losses + 1;
            if (!kept) await sleep(backOff(losses));
        }
    }

    /** Reads everything, again and again while the API server is away. */
    private async read(): Promise<Store> {
        const began = performance.now();
        for (let attempt = 0; ; attempt++) {
            try {
                const store = await Store.read(this.api, this.input);
                // Nobody can tell what went on meanwhile.
                if (attempt > 0) this.patience.forgive(performance.now());
                return store;
            } catch (error) {
                const trouble = apiTrouble(error, this.limits);
                if (performance.now() - began >= trouble.patience) throw trouble.error;
                if (attempt === 0) this.say(`waiting for the API server (${trouble.what})`);
                await sleep(backOff(attempt));
            }
        }
    }

    /**
     * Watches until a verdict seems to be reached, or until it is time to read anew.
     * @returns false when watches were lost before that
     */
    private async watch(store: Store): Promise<boolean> {
        const end = new AbortController();
        const limit = performance.now() + REREAD_MS;
        let timer: NodeJS.Timeout | undefined;
        const look = (): void => {
            const now = performance.now();
            const { outcome, next } = this.observe(store);
            if (outcome.state !== "waiting" || now >= limit) end.abort();
            else lookIn(Math.min(next, limit) - now);
        };
        const lookIn = (ms: number): void => {
            clearTimeout(timer);
            timer = setTimeout(look, Math.max(0, ms));
        };
        let burst: NodeJS.Timeout | undefined;
        look();
        try {
            await store.follow(end.signal, () => {
                burst ??= setTimeout(() => {
                    burst = undefined;
                    look();
                }, BURST_MS);
            });
        } finally {
            clearTimeout(timer);
            clearTimeout(burst);
        }
        return end.signal.aborted;
    }

    /** @returns with the outcome also when to look again, although nothing may change until then */
    private observe(store: Store): {
        readonly outcome: Outcome;
        readonly judgement: Judgement;
        readonly next: number;
    } {
        const { expected } = this.input;
        const judgement = judge(store.snapshot((this.since ??= store.date)), this.judgement, expected);
        this.judgement = judgement;
        const now = performance.now();
        const outcome = this.patience.observe(judgement, now);
        const unsaid = outcome.state === "ready" ? Number.POSITIVE_INFINITY : this.tell(judgement, now);
        return { outcome, judgement, next: Math.min(unsaid, outcome.state === "waiting" ? outcome.until : now) };
    }

    /** Prints a line when there is something new. @returns when to try again, if it is too soon after the last one */
    private tell(judgement: Judgement, now: number): number {
        const text = progressText(judgement);
        if (text === this.said.text) return Number.POSITIVE_INFINITY;
        if (now - this.said.at < this.limits.sayEvery) return this.said.at + this.limits.sayEvery;
        this.said = { text, at: now };
        this.say(progressLine(text, (now - this.began) / 1000));
        return Number.POSITIVE_INFINITY;
    }

    private async failure(causes: readonly Cause[]): Promise<UserError> {
        const logs = await Promise.all(
            causes.map(async (cause): Promise<readonly [Cause, readonly string[]]> => [
                cause,
                cause.log === undefined ? [] : await this.api.log(cause.log),
            ]),
        );
        return notReady(causes, new Map(logs));
    }
}

function backOff(attempt: number): number {
    return Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** attempt);
}

interface ApiTrouble {
    readonly what: string;
    readonly patience: number;
    readonly error: Error;
}

/** What to make of an API server that does not give what it is asked for. */
function apiTrouble(error: unknown, { silence, refusal }: GateLimits): ApiTrouble {
    // The user's mistakes, and an interrupted run, are no matter of patience.
    if (error instanceof UserError || !(error instanceof Error) || "exitStatus" in error) throw error;
    const what = oneLine(error.message || String("code" in error ? error.code : error.name), 200);
    if (error instanceof ApiError && error.status < 429) {
        const fix = "let the kubeconfig's user read workloads, pods and events of these namespaces";
        return { what, patience: refusal, error: unanswered(`refuses: ${what}`, fix) };
    }
    if (/certificate|self-signed/i.test(what)) {
        const fix = "the kubeconfig belongs to another cluster: `pulumi refresh`, then `make up`";
        return { what, patience: refusal, error: unanswered(`cannot be trusted: ${what}`, fix) };
    }
    const fix = "see whether the cluster runs; `make up` starts a stopped one again";
    return { what, patience: silence, error: unanswered(`does not answer: ${what}`, fix) };
}

function unanswered(what: string, fix: string): UserError {
    return new UserError("the cluster cannot be asked", [{ where: "API server", what, fix }]);
}
