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

/**
 * A pack starts as soon as the engine has said which stack it judges; until then the proxy speaks for it. It does so too
 * when the pack has failed, since the engine asks the pack, not this call, what is the matter.
 */
async function runPolicyPack(
    request: RunPluginRequest,
    host: Host,
    output: Output,
    call: AbortSignal,
): Promise<number> {
    const { PolicyProxy } = await import("./policy-proxy");
    const proxy = new PolicyProxy();
    const over = AbortSignal.any([call, host.lifetime.ending]);
    onceAborted(over, () => void host.lifetime.hold(proxy.stop()));
    try {
        output.stdout(Buffer.from(`${await proxy.start()}\n`));
        const stack = await Promise.race([proxy.stack(), givenUp(over)]);
        const port = new PortLine((number) => void proxy.attach(number));
        const watched = { stdout: (chunk: Buffer) => port.take(chunk, output.stdout), stderr: output.stderr };
        const status = await start(request, stack, host, watched, call);
        port.end(output.stdout);
        proxy.fail(new Error(`the policy pack has ended, with exit status ${status}; its output says why`));
        return status;
    } catch (error) {
        proxy.fail(error instanceof Error ? error : new Error(String(error)));
        throw error;
    }
}

/** Takes the line with a port off a stream. What a pack prints before it, while it is loaded, is output as any other. */
export class PortLine {
    private waiting: Buffer | undefined = Buffer.alloc(0);

    public constructor(private readonly found: (port: number) => void) {}

    /** Passes on all but that line, whole lines until it has come. */
    public take(chunk: Buffer, pass: (rest: Buffer) => void): void {
        if (this.waiting === undefined) return pass(chunk);
        let rest = Buffer.concat([this.waiting, chunk]);
        for (let end = rest.indexOf("\n"); end !== -1; end = rest.indexOf("\n")) {
            const line = rest.subarray(0, end + 1);
            rest = rest.subarray(end + 1);
            if (/^[1-9][0-9]*\r?\n$/.test(line.toString("latin1"))) {
                this.waiting = undefined;
                this.found(Number(line.toString("latin1")));
                if (rest.length > 0) pass(rest);
                return;
            }
            pass(line);
        }
        this.waiting = rest;
    }

    /** Passes on what is left when the stream has ended. */
    public end(pass: (rest: Buffer) => void): void {
        if (this.waiting !== undefined && this.waiting.length > 0) pass(this.waiting);
        this.waiting = Buffer.alloc(0);
    }
}

function pluginScript(kind: string): string {
    if (kind === POLICY_PACK) return "@pulumi/pulumi/cmd/run-policy-pack";
    return process.env["PULUMI_LANGUAGE_NODEJS_RUN_PATH"] ?? "@pulumi/pulumi/cmd/run-plugin";
}

function givenUp(signal: AbortSignal): Promise<never> {
    return new Promise((_, reject) =>
        onceAborted(signal, () => reject(new Error("the engine ended the plugin before it said what it is for"))),
    );
}

function onceAborted(signal: AbortSignal, act: () => void): void {
    if (signal.aborted) act();
    else signal.addEventListener("abort", act, { once: true });
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
