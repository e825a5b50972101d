import * as pulumi from "@pulumi/pulumi";
import { Command, Logging, runOutput, type CommandArgs } from "@pulumi/command/local";

export interface HearthCommandArgs {
    /** Script for create, relative to the project; must be idempotent, since a failed create leaves no state. */
    readonly create: string;
    /** Script for delete; it runs with the inputs that were stored at create. */
    readonly delete?: string;
    /** Script for update; without one, a changed input runs `create` again. */
    readonly update?: string;
    /** Stored in the state and visible in diffs: no secrets, no absolute paths. */
    readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
    readonly stdin?: pulumi.Input<string>;
    /** A change of any of these replaces the command. */
    readonly triggers?: readonly pulumi.Input<string>[];
    /** The standard output is a secret: it is never logged and is encrypted in the state. Default false. */
    readonly secretOutput?: boolean;
}

/** Bash in strict mode: the provider's default, `/bin/sh -c`, goes on after a failed command. */
const STRICT_BASH = ["bash", "-euo", "pipefail", "-c"];

/** A `local.Command` with the house's defaults. */
export function runCommand(name: string, args: HearthCommandArgs, opts: pulumi.CustomResourceOptions): Command {
    const secret = args.secretOutput ?? false;
    const inputs: CommandArgs = {
        create: args.create,
        interpreter: STRICT_BASH,
        // Otherwise the previous output is put into the environment of update and delete: it leaks
        // secrets and can exceed the kernel's limit (pulumi/pulumi-command#285).
        addPreviousOutputInEnv: false,
        // The provider logs output by default even where it is secret (pulumi/pulumi-command#260).
        logging: secret ? Logging.None : Logging.StdoutAndStderr,
        ...(args.delete === undefined ? {} : { delete: args.delete }),
        ...(args.update === undefined ? {} : { update: args.update }),
        ...(args.environment === undefined ? {} : { environment: { ...args.environment } }),
        ...(args.stdin === undefined ? {} : { stdin: args.stdin }),
        ...(args.triggers === undefined ? {} : { triggers: [...args.triggers] }),
    };
    const secretOutputs = secret ? { additionalSecretOutputs: ["stdout", "stderr"] } : {};
    return new Command(name, inputs, { deleteBeforeReplace: true, ...secretOutputs, ...opts });
}

/**
 * What a command prints that is run each time that the program is, in previews too: it asks, and changes nothing.
 * Unknown where its input is. Its standard error is shown; its standard output is not, and is no secret.
 *
 * @param stdin never stored: an invoke has no state
 */
export function askCommand(
    command: string,
    stdin: pulumi.Input<string>,
    opts: pulumi.InvokeOptions = {},
): pulumi.Output<string> {
    const { stdout } = runOutput(
        {
            command,
            interpreter: STRICT_BASH,
            stdin: pulumi.secret(stdin),
            addPreviousOutputInEnv: false,
            logging: Logging.Stderr,
        },
        opts,
    );
    // The SDK calls all of an answer secret when part of the question is.
    return pulumi.unsecret(stdout);
}
