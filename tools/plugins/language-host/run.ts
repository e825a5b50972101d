import { RunResponse, type RunRequest } from "@pulumi/pulumi/proto/language_pb";
import type { Exit } from "../lib/child";
import { programLaunch } from "./launch";
import { runtimeOptions } from "./options";
import { programFolder, sdkScript, startNode, type Host, type Output } from "./programs";

/** Exit status of the SDK's scripts for "the user has been told already" (cmd/run/index.ts of @pulumi/pulumi). */
const REPORTED = 32;

/**
 * What a Node that is out of memory prints: its usual words, and those of the assertion that they get lost in, because
 * the SDK uses the debugger's interface (pulumi/pulumi#16596).
 */
const OUT_OF_MEMORY = ["<--- Last few GCs --->", "Check failed: needs_context && current_scope_ == closure_scope_"];

/** Runs a program to its end. Mistakes of the user are part of the response, and no errors of the call. */
export async function runProgram(
    request: RunRequest,
    host: Host,
    output: Output,
    call: AbortSignal,
): Promise<RunResponse> {
    const engine = host.engine();
    try {
        const info = request.getInfo();
        const folder = programFolder(info);
        const attach = request.getAttachDebugger()
            ? await (await import("./debugger")).prepareDebugger(engine, "Pulumi: Program (nodejs)")
            : undefined;
        const launch = programLaunch(
            request,
            { engine, ...(host.tracing === undefined ? {} : { tracing: host.tracing }) },
            {
                script: sdkScript(
                    process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] ?? "@pulumi/pulumi/cmd/run",
                    folder,
                    "run pulumi install",
                ),
                options: runtimeOptions(info?.getOptions()),
                debug: attach?.args ?? [],
                env: process.env,
                cwd: process.cwd(),
            },
        );
        const memory = new MemoryWatch();
        const watched: Output = {
            stdout: output.stdout,
            stderr: (chunk) => {
                memory.hear(chunk);
                output.stderr(chunk);
            },
        };
        const exit = await startNode(launch, watched, host, call, attach?.started);
        return programResponse(exit, memory.exhausted);
    } catch (error) {
        return response(error instanceof Error ? error.message : String(error));
    }
}

/** What the engine is told of a program's end. */
export function programResponse({ status, signal }: Exit, outOfMemory: boolean): RunResponse {
    if (status === 0) return response("");
    if (status === REPORTED) {
        const reported = response("");
        reported.setBail(true);
        return reported;
    }
    const end = signal === undefined ? `exited with non-zero exit code: ${status}` : `was ended by ${signal}`;
    const hint = outOfMemory
        ? ". It seems to be out of memory.\n    fix: give it more, in Pulumi.yaml: runtime.options.nodeargs: --max-old-space-size=<megabytes>"
        : "";
    return response(`Program ${end}${hint}`);
}

function response(error: string): RunResponse {
    const message = new RunResponse();
    message.setError(error);
    return message;
}

/** Hears in a program's standard error whether it is out of memory. */
export class MemoryWatch {
    public exhausted = false;
    private tail = "";

    public hear(chunk: Buffer): void {
        if (this.exhausted) return;
        const text = this.tail + chunk.toString("latin1");
        this.exhausted = OUT_OF_MEMORY.some((words) => text.includes(words));
        // The words may come in two pieces.
        this.tail = text.slice(-100);
    }
}
