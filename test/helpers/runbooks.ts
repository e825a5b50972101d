/** A heading of a page, with its mark, and the text below it. */
export interface Section {
    readonly heading: string;
    readonly text: string;
}

/** Sections of a page by its headings; a comment in a block of code is no heading. */
export function sectionsOf(page: string): readonly Section[] {
    const sections: { heading: string; lines: string[] }[] = [];
    let code = false;
    for (const line of page.split("\n")) {
        if (line.startsWith("```")) code = !code;
        if (!code && line.startsWith("#")) sections.push({ heading: line, lines: [] });
        else sections.at(-1)?.lines.push(line);
    }
    return sections.map(({ heading, lines }) => ({ heading, text: lines.join("\n").trim() }));
}

/** What a reader may type: lines of blocks of shell, and code within the text, with the values of its variables. */
export function codeOf(page: string): readonly string[] {
    const block = /```sh\n([\s\S]*?)```/g;
    const lines = [...page.matchAll(block)].flatMap(([, text = ""]) => text.split("\n"));
    const spans = [...page.replace(block, "").matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
    const values = new Map(
        [...lines.join("\n").matchAll(/\b([A-Z]+)=([a-z0-9-]+)/g)].map(([, name = "", value = ""]) => [name, value]),
    );
    return [...lines, ...spans].map((line) =>
        line.replace(/"\$([A-Z]+)"/g, (whole, name: string) => values.get(name) ?? whole),
    );
}

/** One call of kubectl. */
export interface KubectlCall {
    readonly text: string;
    /** Value of `-n` or `--namespace`. */
    readonly namespace?: string;
    readonly everywhere: boolean;
    /** Workloads that it names: `deployment/x`, `deployment -n y x`, and StatefulSets of pods `x-0`. */
    readonly workloads: readonly string[];
    /** Label and value of `-l`, where it is about pods. */
    readonly podLabel?: readonly [name: string, value: string];
}

/** The calls of kubectl among what a reader may type; what kubectl runs in a container is left out. */
export function kubectlCalls(code: readonly string[]): readonly KubectlCall[] {
    return code
        .flatMap((line) => line.split(/\|+|&&|;/))
        .map((part) => part.replace(/\s#.*$/, "").trim())
        .filter((part) => part.startsWith("kubectl "))
        .map((part) => callOf(part.split(" -- ")[0] ?? ""));
}

const CONTROLLERS = "(?:deployment|statefulset|daemonset)";

function callOf(text: string): KubectlCall {
    const namespace = /\s(?:-n|--namespace)[ =](\S+)/.exec(text)?.[1];
    const [, label, value] = /\s-l ([^\s=]+)=(\S+)/.exec(text) ?? [];
    const named = new RegExp(`\\s${CONTROLLERS}(?:/| -n \\S+ )([a-z0-9-]+)`, "g");
    const pods = /\spvc\s/.test(text) ? [] : [...text.matchAll(/\s([a-z][a-z0-9-]*)-0(?=\s|$)/g)];
    const aboutPods = /^kubectl (logs|(get|describe|delete) \S*pods?)\b/.test(text);
    return {
        text,
        ...(namespace === undefined ? {} : { namespace }),
        everywhere: /\s-A\b/.test(text),
        workloads: [...text.matchAll(named), ...pods].map(([, name = ""]) => name),
        ...(aboutPods && label !== undefined && value !== undefined ? { podLabel: [label, value] } : {}),
    };
}
