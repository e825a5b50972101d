import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../components/config/problems";
import type { ArgoCdClient } from "./argocd";
import { judge, verdictLines, type Verdict, type Wanted } from "./verdict";

/** Milliseconds between two looks. */
const LOOK_EVERY = 500;

/** Milliseconds after which nothing of interest is expected any more: images are fetched in that time. */
const WAIT_AT_MOST = 180_000;

export interface AwaitOptions {
    readonly lookEvery?: number;
    readonly waitAtMost?: number;
    readonly signal?: AbortSignal;
}

/**
 * Waits until Argo CD has brought the applications to a commit, or says why not.
 * @throws UserError when it has come to nothing after three minutes
 */
export async function awaitSync(
    argocd: Pick<ArgoCdClient, "look">,
    wanted: Wanted,
    { lookEvery = LOOK_EVERY, waitAtMost = WAIT_AT_MOST, signal }: AwaitOptions = {},
): Promise<Verdict> {
    const end = Date.now() + waitAtMost;
    for (;;) {
        const verdict = judge(await argocd.look(), wanted);
        if (verdict.over) return verdict;
        if (Date.now() >= end) throw tooLong(verdict, waitAtMost);
        await sleep(lookEvery, undefined, signal === undefined ? {} : { signal });
    }
}

function tooLong(verdict: Verdict, waited: number): UserError {
    return new UserError(`Argo CD has not finished after ${waited / 1000} s`, [
        {
            where: "applications",
            what: `\n      ${verdictLines(verdict).join("\n      ")}`,
            fix: "it goes on by itself; look at its page, or at kubectl get pods of the applications' namespaces",
        },
    ]);
}
