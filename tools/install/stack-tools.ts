import { UserError } from "../../components/config/problems";
import { readEnvironment } from "../../components/config/read-environment";
import { providerOf } from "../../components/config/resolve";
import type { StackFile } from "../stack/stack-file";
import { neededTools, type Need } from "./needs";
import type { ToolName } from "./tool-spec";

/**
 * The tools that a stack needs on this machine: with `hearth:cluster` at `auto`, that depends on whether a container
 * engine answers.
 * @throws UserError when a setting has the wrong type
 */
export function stackTools(project: string, { stack, parsed, settings }: StackFile): readonly ToolName[] {
    if (parsed.problems.length > 0) throw new UserError(`stack ${stack} is not valid`, parsed.problems);
    return neededTools({ cluster: providerOf(settings, readEnvironment(project, stack, settings)) });
}

/** The same for a cluster that the command line names. */
export function isCluster(value: string): value is Need["cluster"] {
    return value === "kind" || value === "kwok" || value === "existing";
}
