import { join } from "node:path";
import ts from "typescript";
import type { JsonObject } from "../../components/observability/dashboards/model";
import { at } from "./observability";

/** Kinds of panels, by the folder of their options in Grafana's schema. */
const PANELS = ["timeseries", "stat", "table", "logs", "nodeGraph"] as const;

const HEAD = `import type { Dashboard } from "@grafana/schema";
${PANELS.map((panel) => `import type { Options as ${panel} } from "@grafana/schema/dist/types/raw/composable/${panel.toLowerCase()}/panelcfg/x/types.gen";`).join("\n")}

/** JSON has the value of an enumeration where TypeScript wants its name, and leaves out what has a default. */
type Plain<T> = T extends string ? \`\${T}\`
    : T extends readonly (infer E)[] ? readonly Plain<E>[]
    : T extends object ? { [K in keyof T]?: Plain<T[K]> }
    : T;
`;

/** What Grafana's own types find wrong in dashboards and in the options of their panels; a line each. */
export function schemaProblems(dashboards: readonly JsonObject[]): readonly string[] {
    const options = dashboards.flatMap((dashboard) =>
        Object.values(at(dashboard, "panels") ?? {}).flatMap((panel: unknown) => {
            const type = PANELS.find((one) => one === at(panel, "type"));
            return type === undefined ? [] : [[type, at(panel, "options") ?? {}] as const];
        }),
    );
    const lines = [
        ...dashboards.map((dashboard) => `((): Plain<Dashboard> => (${JSON.stringify(dashboard)}))();`),
        ...options.map(([type, value]) => `((): Plain<Partial<${type}>> => (${JSON.stringify(value)}))();`),
    ];
    return compile(`${HEAD}\n${lines.join("\n")}\n`);
}

/** Errors of a program that is nowhere on disk. */
function compile(text: string): readonly string[] {
    const file = join(process.cwd(), "dashboards-of-a-test.ts");
    const options: ts.CompilerOptions = {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        moduleResolution: ts.ModuleResolutionKind.Node10,
        // Grafana's types name React's and the browser's.
        lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    };
    const host = ts.createCompilerHost(options);
    const { getSourceFile, fileExists } = host;
    host.fileExists = (path) => path === file || fileExists(path);
    host.getSourceFile = (path, version, ...rest) =>
        path === file ? ts.createSourceFile(path, text, version) : getSourceFile.call(host, path, version, ...rest);
    const program = ts.createProgram([file], options, host);
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
        ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "),
    );
}
