/**
 * Splits a line into words as a POSIX shell does, without expanding anything: single and double quotes, backslashes.
 * Node's arguments in Pulumi.yaml (`nodeargs`) are such a line.
 * @throws Error when a quote is not closed
 */
export function shellWords(line: string): readonly string[] {
    const words: string[] = [];
    let word: string | undefined;
    let quote: string | undefined;
    for (let index = 0; index < line.length; index++) {
        const char = line.charAt(index);
        if (quote === undefined && /\s/.test(char)) {
            if (word !== undefined) words.push(word);
            word = undefined;
        } else if (quote === undefined && (char === "'" || char === '"')) {
            quote = char;
            word ??= "";
        } else if (char === quote) {
            quote = undefined;
        } else if (char === "\\" && escapes(quote, line.charAt(index + 1))) {
            word = (word ?? "") + line.charAt(++index);
        } else {
            word = (word ?? "") + char;
        }
    }
    if (quote !== undefined) throw new Error(`a quote (${quote}) is not closed in: ${line}`);
    if (word !== undefined) words.push(word);
    return words;
}

/** Whether a backslash takes the character after it as it is. Between double quotes it does so for four only. */
function escapes(quote: string | undefined, next: string): boolean {
    if (next === "" || quote === "'") return false;
    return quote === undefined || '"\\$`'.includes(next);
}
