import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { layersOf } from "../../components/config/layers";
import { RUNBOOKS } from "../../components/observability/runbooks";
import { commandNames, loadCommand } from "../main";
import { knownStacks, readStackFile } from "../stack/stack-file";
import { fillBlocks, type Blocks } from "./blocks";
import { PLATFORM_FACTS, platformFacts, platformFactsText } from "../nix/platform-facts";
import { flowsOfStacksTable, stackConfigs, stackFlows } from "./flows";
import {
    chartsTable,
    compatibilityTable,
    imagesTable,
    layersTable,
    namespacesTable,
    portsTable,
    secretsTable,
    type StackLayers,
} from "./platform-tables";
import { policiesTable } from "./policies-table";
import { pulumiConfig } from "./pulumi-config";
import { runbooksTable } from "./runbooks-table";
import { settingsTable } from "./settings-table";
import { commandsTable, toolsTable } from "./tools-tables";

/** All that can be generated, by name of block. */
export async function generatedBlocks(project: string): Promise<Blocks> {
    const commands = await Promise.all(
        commandNames().map(async (name) => ({ name, summary: (await loadCommand(name)).summary })),
    );
    const stacks = stackLayers(project);
    return {
        settings: settingsTable(),
        "pulumi-config": pulumiConfig(),
        policies: policiesTable(),
        runbooks: runbooksTable(),
        ports: portsTable(stacks),
        layers: layersTable(stacks),
        namespaces: namespacesTable(),
        flows: flowsOfStacksTable(stackFlows(project, committedStacks(project))),
        charts: chartsTable(),
        compatibility: compatibilityTable(),
        images: imagesTable(),
        secrets: secretsTable(),
        tools: toolsTable(),
        commands: commandsTable(commands, readFileSync(join(project, "Makefile"), "utf8")),
    };
}

function stackLayers(project: string): StackLayers {
    return Object.fromEntries(
        committedStacks(project).map((stack) => [stack, layersOf(readStackFile(project, stack).settings)]),
    );
}

/** The three stacks that come with Hearth; a user's own are not part of its documentation. */
function committedStacks(project: string): readonly string[] {
    const ours = ["dev-fast", "cilium", "full"];
    return ours.filter((stack) => knownStacks(project).includes(stack));
}

/** Files that may have generated blocks, relative to the project. */
export function documents(project: string): readonly string[] {
    const docs = readdirSync(join(project, "docs")).filter((file) => file.endsWith(".md"));
    const files = [
        "Pulumi.yaml",
        "README.md",
        ...docs.sort().map((file) => join("docs", file)),
        join(RUNBOOKS, "README.md"),
    ];
    return files.filter((file) => existsSync(join(project, file)));
}

/** Files that are not what they should be: in their generated blocks, or as a whole. */
export async function staleDocuments(project: string): Promise<readonly string[]> {
    return (await filled(project)).filter(({ is, shouldBe }) => is !== shouldBe).map(({ file }) => file);
}

/** Brings everything that is generated up to date. @returns the files that changed */
export async function writeDocuments(project: string): Promise<readonly string[]> {
    const stale = (await filled(project)).filter(({ is, shouldBe }) => is !== shouldBe);
    for (const { file, shouldBe } of stale) writeFileSync(join(project, file), shouldBe);
    return stale.map(({ file }) => file);
}

interface Document {
    readonly file: string;
    readonly is: string;
    readonly shouldBe: string;
}

async function filled(project: string): Promise<readonly Document[]> {
    const blocks = await generatedBlocks(project);
    const withBlocks = documents(project).map((file) => {
        const is = readFileSync(join(project, file), "utf8");
        return { file, is, shouldBe: fillBlocks(file, is, blocks) };
    });
    return [...withBlocks, facts(project)];
}

/** What is generated as a whole: what Nix reads of the platform. */
function facts(project: string): Document {
    const path = join(project, PLATFORM_FACTS);
    const shouldBe = platformFactsText(platformFacts(stackConfigs(project, committedStacks(project))));
    return { file: PLATFORM_FACTS, is: existsSync(path) ? readFileSync(path, "utf8") : "", shouldBe };
}
