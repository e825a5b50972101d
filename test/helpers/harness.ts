import "../../tools/lean-sdk";
import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockMonitor, MockResourceArgs } from "@pulumi/pulumi/runtime/mocks";

/** One registration as the engine would see it. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    readonly custom: boolean;
    /** Inputs with secrets unwrapped; `secretInputs` names the top-level ones that were secret. */
    readonly inputs: Record<string, unknown>;
    readonly secretInputs: readonly string[];
    readonly parent: string;
    readonly dependencies: readonly string[];
    readonly provider: string;
    readonly deletedWith: string;
    readonly deleteBeforeReplace: boolean;
    readonly secretOutputs: readonly string[];
    readonly protect: boolean;
}

export interface HarnessOptions {
    readonly stack?: string;
    /** In preview, computed outputs that `outputs` does not give are unknown. */
    readonly preview?: boolean;
    readonly config?: Readonly<Record<string, string>>;
    /** Extra outputs per resource. */
    readonly outputs?: (args: MockResourceArgs) => Record<string, unknown>;
    /** Answers what the program asks providers; by default nothing may be asked. */
    readonly answer?: (args: MockCallArgs) => Record<string, unknown>;
}

/** Outputs that providers compute and that the program relies on; left out (= unknown) in preview. */
const COMPUTED: Readonly<Record<string, Record<string, unknown>>> = {
    "kubernetes:helm.sh/v3:Release": { status: { status: "deployed" } },
    "command:local:Command": { stdout: "{}", stderr: "" },
    "random:index/randomPassword:RandomPassword": { result: "random-password", bcryptHash: "bcrypt-of-it" },
};

/** A recording stand-in for the engine. Mocks are process-global: one harness at a time. */
export class Harness {
    public readonly resources: Registered[] = [];
    private readonly seen = new Map<string, { inputs: Record<string, unknown>; secrets: string[] }>();

    public static async start(options: HarnessOptions = {}): Promise<Harness> {
        const harness = new Harness();
        pulumi.runtime.setAllConfig({ ...options.config });
        await pulumi.runtime.setMocks(
            {
                call: (args) => {
                    if (options.answer !== undefined) return options.answer(args);
                    throw new Error(`unexpected invoke ${args.token}`);
                },
                newResource: (args) => {
                    const inputs = args.inputs as Record<string, unknown>;
                    const secrets = Object.keys(inputs).filter((key) => pulumi.runtime.isRpcSecret(inputs[key]));
                    harness.seen.set(`${args.type}|${args.name}`, {
                        inputs: unwrap(inputs) as Record<string, unknown>,
                        secrets,
                    });
                    const computed = options.preview === true ? {} : (COMPUTED[args.type] ?? {});
                    return { id: `${args.name}-id`, state: { ...inputs, ...computed, ...options.outputs?.(args) } };
                },
            },
            "hearth",
            options.stack ?? "dev-fast",
            options.preview ?? false,
        );
        harness.capture(pulumi.runtime.getMonitor() as unknown as MockMonitor);
        return harness;
    }

    /** Runs `build`, then waits until every registration has reached the stand-in. */
    public async run<T>(build: () => T | Promise<T>): Promise<T> {
        const value = await build();
        // The public way to wait for outstanding registrations; with mocks the monitor stays installed.
        await pulumi.runtime.disconnect();
        return value;
    }

    /** All registrations of one type. */
    public all(type: string): readonly Registered[] {
        return this.resources.filter((resource) => resource.type === type);
    }

    /** The one registration of a type (and name); throws, listing what there is, when there is not exactly one. */
    public only(type: string, name?: string): Registered {
        const found = this.all(type).filter((resource) => name === undefined || resource.name === name);
        const [first, ...rest] = found;
        if (first === undefined || rest.length > 0) {
            const have = this.resources.map((resource) => `${resource.type} ${resource.name}`).join("\n  ");
            throw new Error(`expected exactly one ${type} ${name ?? ""}, found ${found.length} among:\n  ${have}`);
        }
        return first;
    }

    private capture(monitor: MockMonitor): void {
        const original = monitor.registerResource.bind(monitor);
        monitor.registerResource = async (request, callback) =>
            original(request, (error, response) => {
                if (!error) {
                    const seen = this.seen.get(`${request.getType()}|${request.getName()}`);
                    this.resources.push({
                        type: request.getType(),
                        name: request.getName(),
                        urn: response.getUrn(),
                        custom: request.getCustom(),
                        inputs: seen?.inputs ?? {},
                        secretInputs: seen?.secrets ?? [],
                        parent: request.getParent(),
                        dependencies: request.getDependenciesList(),
                        provider: request.getProvider(),
                        deletedWith: request.getDeletedwith(),
                        deleteBeforeReplace: request.getDeletebeforereplace(),
                        secretOutputs: request.getAdditionalsecretoutputsList(),
                        protect: request.getProtect() ?? false,
                    });
                }
                callback(error, response);
            });
    }
}

/** The value of an output. */
export function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}

function unwrap(value: unknown): unknown {
    const bare: unknown = pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : value;
    if (Array.isArray(bare)) return bare.map(unwrap);
    if (bare === null || typeof bare !== "object") return bare;
    return Object.fromEntries(Object.entries(bare).map(([key, inner]) => [key, unwrap(inner)]));
}
