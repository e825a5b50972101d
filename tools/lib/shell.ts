/** A text as one word of a POSIX shell, whatever is in it. */
export function quote(text: string): string {
    if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
    // Inside single quotes nothing is special but the quote itself, which has to end and reopen them.
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A line that sets and exports a variable. */
export function exportLine(name: string, value: string): string {
    return `export ${name}=${quote(value)}`;
}

/** A line that exports what a command prints, so that only the user's own shell ever sees it. */
export function exportOutputLine(name: string, command: readonly string[]): string {
    return `export ${name}="$(${command.map(quote).join(" ")})"`;
}
