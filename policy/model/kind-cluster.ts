import { parse } from "yaml";
import type { Subject } from "./subject";
import { at, isFields, isHidden, textOf, type Fields, type Hidden } from "./value";
import { valueOf } from "./wire";

export const COMMAND = "command:local:Command";

/**
 * The configuration of a Kind cluster that a command reads from its standard input; undefined for all other subjects,
 * hidden when the input of such a command is.
 */
export function kindCluster({ type, body }: Subject): Fields | Hidden | undefined {
    if (type !== COMMAND || !/kind-create/.test(textOf(body["create"]) ?? "")) return undefined;
    const stdin = at(body, "stdin");
    if (isHidden(stdin)) return stdin;
    const config = valueOf(parse(textOf(stdin) ?? ""));
    return isFields(config) ? config : {};
}
