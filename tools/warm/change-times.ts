import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

/**
 * `hashChangeTimes` of a folder in a thread of its own.
 * @returns an answer that may be awaited late or never: until then its failure is nobody's
 */
export function changeTimesAside(path: string, except?: string): Promise<string> {
    const worker = new Worker(join(__dirname, "change-times-worker.js"), { workerData: { path, except } });
    const answer = once(worker, "message").then(([hash]) => String(hash));
    answer.catch(() => undefined);
    return answer;
}
