import { RunPluginResponse, type RunPluginRequest } from "@pulumi/pulumi/proto/language_pb";
import { pluginLaunch, POLICY_PACK, type PolicyStack } from "./launch";
import { runtimeOptions } from "./options";
import { programFolder, sdkScript, startNode, type Host, type Output } from "./programs";

/** Sends a message to the engine, after all earlier ones. */
export type Send = (response: RunPluginResponse) => Promise<void>;

/**
 * Runs a plugin that is written in TypeScript or JavaScript (a policy pack, a provider) to its end. Its output is
 * streamed, the port that it prints first included; its exit status comes last.
 */
export async function runPlugin(request: RunPluginRequest, host: Host, send: Send, call: AbortSignal): Promise<void> {
    const output: Output = {
        stdout: (chunk) => void send(stdoutMessage(chunk)),
        stderr: (chunk) => void send(stderrMessage(chunk)),
    };
    const status =
        request.getKind() === POLICY_PACK
            ? await runPolicyPack(request, host, output, call)
            : await start(request, undefined, host, output, call);
    await send(exitMessage(status));
}

async function start(
    request: RunPluginRequest,
    stack: PolicyStack | undefined,
    host: Host,
    output: Output,
    call: AbortSignal,
): Promise<number> {
    const info = request.getInfo();
    const folder = programFolder(info);
    const attach = request.getAttachDebugger()
        ? await (await import("./debugger")).prepareDebugger(host.engine(), `Pulumi: Plugin (${request.getName()})`)
        : undefined;
    const launch = pluginLaunch(request, stack, {
        script: sdkScript(pluginScript(request.getKind()), folder, `run npm install in ${folder}`),
        options: runtimeOptions(info?.getOptions()),
        debug: attach?.args ?? [],
        env: process.env,
        cwd: process.cwd(),
    });
    const { status } = await startNode(launch, output, host, call, attach?.started);
    return status;
}

/** A pack starts as soon as the engine has said which stack it judges; until then the proxy speaks for it. */
async function runPolicyPack(
    request: RunPluginRequest,
    host: Host,
    output: Output,
    call: AbortSignal,
): Promise<number> {
    const { PolicyProxy } = await import("./policy-proxy");
    const proxy = new PolicyProxy();
    try {
        output.stdout(Buffer.from(`${await proxy.start()}\n`));
        const stack = await Promise.race([proxy.stack(), aborted(AbortSignal.any([call, host.lifetime.ending]))]);
        const port = new FirstLine((line) => void proxy.attach(Number(line)));
        const status = await start(
            request,
            stack,
            host,
            { stdout: (chunk) => port.take(chunk, output.stdout), stderr: output.stderr },
            call,
        );
        proxy.fail(new Error(`the policy pack has ended, with exit status ${status}; its output says why`));
        return status;
    } catch (error) {
        proxy.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
    } finally {
        proxy.stop();
    }
}

/** Takes the first line off a stream. */
export class FirstLine {
    private waiting: Buffer | undefined = Buffer.alloc(0);

    public constructor(private readonly found: (line: string) => void) {}

    /** Passes on what comes after the first line. */
    public take(chunk: Buffer, pass: (rest: Buffer) => void): void {
        if (this.waiting === undefined) return pass(chunk);
        const all = Buffer.concat([this.waiting, chunk]);
        const end = all.indexOf("\n");
        this.waiting = end === -1 ? all : undefined;
        if (end === -1) return;
        this.found(all.subarray(0, end).toString().trim());
        if (end + 1 < all.length) pass(all.subarray(end + 1));
    }
}

function pluginScript(kind: string): string {
    if (kind === POLICY_PACK) return "@pulumi/pulumi/cmd/run-policy-pack";
    return process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] ?? "@pulumi/pulumi/cmd/run-plugin";
}

function aborted(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
        const give = (): void => reject(new Error("the engine ended the plugin before it said what it is for"));
        if (signal.aborted) give();
        else signal.addEventListener("abort", give, { once: true });
    });
}

function stdoutMessage(chunk: Uint8Array): RunPluginResponse {
    const message = new RunPluginResponse();
    message.setStdout(chunk);
    return message;
}

function stderrMessage(chunk: Uint8Array): RunPluginResponse {
    const message = new RunPluginResponse();
    message.setStderr(chunk);
    return message;
}

function exitMessage(status: number): RunPluginResponse {
    const message = new RunPluginResponse();
    message.setExitcode(status);
    return message;
}
