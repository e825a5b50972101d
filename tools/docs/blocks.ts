import { UserError, type Problem } from "../../components/config/problems";

/** Generated text by name of block. */
export type Blocks = Readonly<Record<string, string>>;

/** How a kind of file marks a generated block. */
interface Marks {
    readonly begin: RegExp;
    readonly end: string;
    /** Lines between a mark and the text. */
    readonly gap: string;
}

const MARKDOWN: Marks = { begin: /^<!-- generated: ([a-z-]+) -->$/, end: "<!-- end -->", gap: "\n" };
const YAML: Marks = { begin: /^# generated: ([a-z-]+)$/, end: "# end", gap: "" };

/** Writes the generated text into every marked block of a file; what is outside of the marks stays as it is. */
export function fillBlocks(file: string, text: string, blocks: Blocks): string {
    const { begin, end, gap } = file.endsWith(".md") ? MARKDOWN : YAML;
    const problems: Problem[] = [];
    const out: string[] = [];
    let open: { readonly name: string; readonly line: number } | undefined;
    for (const [index, line] of text.split("\n").entries()) {
        const name = begin.exec(line)?.[1];
        if (open === undefined) {
            out.push(line);
            if (name === undefined) continue;
            open = { name, line: index + 1 };
            const block = blocks[name];
            if (block === undefined) problems.push(unknownBlock(file, open, blocks));
            else out.push(`${gap}${block.trimEnd()}${gap}`);
        } else if (line === end) {
            out.push(line);
            open = undefined;
        } else if (name !== undefined) {
            problems.push(unclosed(file, open, end));
            open = undefined;
        }
    }
    if (open !== undefined) problems.push(unclosed(file, open, end));
    if (problems.length > 0) throw new UserError("the documentation cannot be generated", problems);
    return out.join("\n");
}

/** Names of the blocks that a file has. */
export function blockNames(file: string, text: string): readonly string[] {
    const { begin } = file.endsWith(".md") ? MARKDOWN : YAML;
    return text.split("\n").flatMap((line) => begin.exec(line)?.[1] ?? []);
}

type Opened = { readonly name: string; readonly line: number };

function unknownBlock(file: string, { name, line }: Opened, blocks: Blocks): Problem {
    const fix = `use one of ${Object.keys(blocks).join(", ")}`;
    return { where: `${file}:${line}`, what: `nothing generates a block "${name}"`, fix };
}

function unclosed(file: string, { name, line }: Opened, end: string): Problem {
    return { where: `${file}:${line}`, what: `block "${name}" has no end`, fix: `put ${end} on a line behind it` };
}
