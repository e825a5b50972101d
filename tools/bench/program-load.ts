import { capture, type Environment } from "../lib/process";

/**
 * Run in a Node of its own: loads what Pulumi's loader does of the SDK, which is not its index, and then the program,
 * against a stand-in for the engine, and ends at the first resource that it registers.
 */
const LOADER = `
    const config = JSON.parse(process.env.BENCH_CONFIG);
    require("@pulumi/pulumi/runtime/config").setAllConfig(config);
    require("@pulumi/pulumi/runtime/mocks").setMocks({
        call: () => ({}),
        newResource: () => {
            require("fs").writeSync(1, "first resource after " + performance.now());
            // Without the SDK's look for promises that are left: all of them are.
            process.kill(process.pid, "SIGKILL");
        },
    }, "hearth", process.env.BENCH_STACK, true);
    require(process.cwd());
`;

/** Milliseconds from Node's start to the program's first resource. */
export async function programLoad(
    project: string,
    env: Environment,
    stack: string,
    config: Readonly<Record<string, string>>,
): Promise<number> {
    const variables = { ...env, BENCH_CONFIG: JSON.stringify(config), BENCH_STACK: stack };
    const { stdout, stderr } = await capture("node", ["--require", "./tools/lean-sdk.js", "-e", LOADER], {
        cwd: project,
        env: variables,
    });
    const milliseconds = /^first resource after ([\d.]+)$/.exec(stdout)?.[1];
    if (milliseconds === undefined) throw new Error(`the program did not load:\n${stdout}\n${stderr}`);
    return Number(milliseconds);
}

/** Settings as Pulumi hands them to a program: text, structured ones as JSON. */
export function programConfig(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
    return Object.fromEntries(
        Object.entries(settings).map(([name, value]) => [
            `hearth:${name}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}
