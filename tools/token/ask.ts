import { text } from "node:stream/consumers";
import { UserError } from "../../components/config/problems";
import type { Transport } from "../readiness/transport";

/** A local API server answers in milliseconds; one of a cloud, or behind a login program, may take seconds. */
const ANSWER_MS = 10_000;

/** What the API server answered to one question. */
export interface Answer {
    readonly status: number;
    readonly body: string;
}

/**
 * Asks the API server one thing; with `post` it sends that as JSON.
 * @throws UserError when there is no answer
 */
export async function ask(transport: Transport, path: string, post?: string): Promise<Answer> {
    try {
        const answer = await transport({
            path,
            // Key sets have a type of their own, which is not asked for by the name of JSON.
            accept: "*/*",
            ...(post === undefined ? {} : { post }),
            signal: AbortSignal.timeout(ANSWER_MS),
        });
        return { status: answer.statusCode ?? 0, body: await text(answer) };
    } catch (error) {
        // The user's mistakes, and an interrupted run, are told as they are.
        if (error instanceof UserError || !(error instanceof Error) || "exitStatus" in error) throw error;
        throw new Unanswered(error.message || ("code" in error ? String(error.code) : error.name));
    }
}

/** The cluster is not there, or not running. */
export class Unanswered extends UserError {
    public constructor(why: string) {
        super("the cluster cannot be asked", [
            {
                where: "API server",
                what: `does not answer: ${why}`,
                fix: "see whether the cluster runs; `make up` starts a stopped one again",
            },
        ]);
    }
}

/** What the API server says of a refusal, in one line. */
export function refusal({ status, body }: Answer): string {
    try {
        const { message } = JSON.parse(body) as { readonly message?: unknown };
        if (typeof message === "string") return message.replace(/\s+/g, " ");
    } catch {
        // A proxy in between does not speak JSON.
    }
    return `status ${status}`;
}
