import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../components/config/problems";
import type { ArgoCdClient } from "./argocd";
import { judge, verdictLines, type Verdict, type Wanted } from "./verdict";

/** Milliseconds between two looks. */
const LOOK_EVERY = 500;

/** Milliseconds after which nothing of interest is expected any more: images are fetched in that time. */
const WAIT_AT_MOST = 180_000;

/**
 * Milliseconds for which an error in finding applications has to stand. Argo CD takes back that it was told to look when it
 * begins, and its last error when it has done: right after a bring-up that is one of the time before its repository server
 * was there.
 */
const ERROR_STANDS = 5_000;

/** Milliseconds in place of those above. */
export interface AwaitOptions {
    readonly lookEvery?: number;
    readonly waitAtMost?: number;
    readonly errorStands?: number;
    readonly signal?: AbortSignal;
}

/**
 * Waits until Argo CD has brought the applications to a commit, or says why not.
 * @throws UserError when it has come to nothing after three minutes
 */
export async function awaitSync(
    argocd: Pick<ArgoCdClient, "look">,
    wanted: Wanted,
    options: AwaitOptions = {},
): Promise<Verdict> {
    const { lookEvery = LOOK_EVERY, waitAtMost = WAIT_AT_MOST, errorStands = ERROR_STANDS, signal } = options;
    const end = Date.now() + waitAtMost;
    let errorSince: number | undefined;
    for (;;) {
        const verdict = judge(await argocd.look(), wanted);
        errorSince = verdict.errors.length === 0 ? undefined : (errorSince ?? Date.now());
        if (verdict.over && (errorSince === undefined || Date.now() - errorSince >= errorStands)) return verdict;
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
