/** A table of Markdown; cells are Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
    return [line(header), `|${"---|".repeat(header.length)}`, ...rows.map(line)].join("\n");
}

/** A pipe would end the cell, also within code. */
function cell(text: string): string {
    return text.replaceAll("|", String.raw`\|`).replaceAll("\n", " ");
}

export function code(text: string): string {
    return `\`${text}\``;
}

/** Each as code, with commas; `none` when there is nothing. */
export function codes(texts: readonly string[], none = ""): string {
    return texts.length === 0 ? none : texts.map(code).join(", ");
}
