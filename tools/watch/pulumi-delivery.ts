// Before the SDK: the program runs in this process.
import "../lean-sdk";
import { join, sep } from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { stacksDir, writeOwnStackFile } from "../stack/own-stack-file";
import type { Session } from "../stack/session";
import { withTemporaryFolder } from "../stack/temporary";
import type { Delivery, Outcome } from "./delivery";
import { readOutcome } from "./engine-output";

/** Type of the component that has the applications, below the platform. */
const COMPONENT = "hearth:platform:Platform$hearth:delivery:Applications";

/**
 * Applies the applications as `make up` does, by the engine and from the same program, but faster: the program stays
 * loaded in this process, and the engine is told to look at the applications alone (`--target`), so that it asks the
 * cluster about nothing else. Both are Pulumi's Automation API.
 */
export class PulumiDelivery implements Delivery {
    public readonly name = "Pulumi";

    private constructor(
        private readonly session: Session,
        private readonly stack: Stack,
    ) {}

    /**
     * @param session an opened one, of a stack that is up; its variables have to be this process' own, since the program
     *   runs in it
     */
    public static async open(session: Session): Promise<PulumiDelivery> {
        const { project, stack } = session.plan;
        writeOwnStackFile(project, stack);
        const workspace = await LocalWorkspace.create({
            workDir: stacksDir(project),
            program: () => program(project),
        });
        return new PulumiDelivery(session, await Stack.select(stack, workspace));
    }

    public apply(signal: AbortSignal): Promise<Outcome> {
        const { project, stack } = this.session.plan;
        writeOwnStackFile(project, stack);
        const component = `urn:pulumi:${stack}::hearth::${COMPONENT}`;
        return withTemporaryFolder(project, async (folder) => {
            this.stack.workspace.envVars["TMPDIR"] = folder;
            let output = "";
            const take = (text: string): void => {
                output += text;
            };
            try {
                await this.stack.up({
                    target: [`${component}::applications`, `${component}$**`],
                    suppressOutputs: true,
                    color: "never",
                    onOutput: take,
                    onError: take,
                    // It leaves its listener behind, once for each run.
                    signal: AbortSignal.any([signal]),
                });
                return readOutcome(output, true);
            } catch (error) {
                if (signal.aborted || !(error instanceof Error)) throw error;
                return readOutcome(output === "" ? error.message : output, false);
            }
        });
    }

    public programChanged(): void {
        forget(this.session.plan.project);
    }
}

/** The program's exports; the outputs of the stack stay as they are, since nothing but the applications is a target. */
async function program(project: string): Promise<Record<string, unknown>> {
    const entry = join(project, "index.ts");
    // What it imports stays: that is most of the time that a run takes.
    Reflect.deleteProperty(require.cache, entry);
    const exports: unknown = await import(entry);
    return exports !== null && typeof exports === "object" ? { ...exports } : {};
}

/** Has the program's modules loaded anew. */
function forget(project: string): void {
    const own = [join(project, "index.ts"), join(project, "components") + sep];
    for (const file of Object.keys(require.cache)) {
        if (own.some((path) => file.startsWith(path))) Reflect.deleteProperty(require.cache, file);
    }
}
