import { UserError } from "../../components/config/problems";

/** Options of a command: which are flags and which take a value. */
export interface OptionNames {
    readonly flags: readonly string[];
    readonly values: readonly string[];
}

export interface Options {
    readonly flags: ReadonlySet<string>;
    readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads `--flag`, `--name value` and `--name=value`.
 * @throws UserError naming every argument that is none of them
 */
export function readOptions(command: string, args: readonly string[], names: OptionNames): Options {
    const flags = new Set<string>();
    const values = new Map<string, string>();
    const problems: { where: string; what: string; fix: string }[] = [];
    const known = [...names.flags, ...names.values.map((name) => `${name} <value>`)].join(", ");
    for (let index = 0; index < args.length; index++) {
        const argument = args[index] ?? "";
        const [name = "", ...rest] = argument.split("=");
        if (names.flags.includes(argument)) flags.add(argument);
        else if (names.values.includes(name)) {
            const value = rest.length > 0 ? rest.join("=") : args[++index];
            if (value === undefined || value === "") {
                problems.push({ where: name, what: "has no value", fix: `write ${name} <value>` });
            } else values.set(name, value);
        } else problems.push({ where: argument, what: "is not an option", fix: `leave it out; there are ${known}` });
    }
    if (problems.length > 0) throw new UserError(`${command} cannot do that`, problems);
    return { flags, values };
}
