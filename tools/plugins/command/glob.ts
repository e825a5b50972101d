/**
 * The globs that the official plugin's documentation names (github.com/gobwas/glob, with / as separator), as a regular
 * expression. npm's glob libraries give ** another meaning: there it only crosses folders as a path's whole segment.
 * `*` and `?` match anything but /, `**` anything, `[a-z]` and `[!a-z]` one character, `{a,b}` one of several globs.
 * @throws Error when a bracket has no end
 */
export function globExpression(glob: string): RegExp {
    return new RegExp(`^(?:${sequence(new Scanner(glob), false)})$`, "su");
}

class Scanner {
    private at = 0;
    private readonly characters: readonly string[];

    public constructor(public readonly glob: string) {
        this.characters = [...glob];
    }

    public next(): string | undefined {
        return this.characters[this.at++];
    }

    public skip(character: string): boolean {
        if (this.characters[this.at] !== character) return false;
        this.at++;
        return true;
    }

    public expect(character: string | undefined): string {
        if (character === undefined) throw new Error(`the glob "${this.glob}" lacks the end of a bracket`);
        return character;
    }
}

/** @param inner within braces, where a comma and the closing brace end the sequence's alternatives */
function sequence(scanner: Scanner, inner: boolean): string {
    let pattern = "";
    for (;;) {
        const character = scanner.next();
        if (character === undefined) {
            if (inner) scanner.expect(character);
            return pattern;
        }
        if (inner && character === "}") return pattern;
        pattern += inner && character === "," ? "|" : one(scanner, character);
    }
}

function one(scanner: Scanner, character: string): string {
    switch (character) {
        case "*":
            return scanner.skip("*") ? ".*" : "[^/]*";
        case "?":
            return "[^/]";
        case "[":
            return characters(scanner);
        case "{":
            return `(?:${sequence(scanner, true)})`;
        case "\\":
            return literal(scanner.next() ?? "\\");
        default:
            return literal(character);
    }
}

function characters(scanner: Scanner): string {
    const negated = scanner.skip("!");
    let members = "";
    for (;;) {
        const character = scanner.expect(scanner.next());
        if (character === "]") break;
        if (character === "-") members += "-";
        else members += literal(character === "\\" ? scanner.expect(scanner.next()) : character);
    }
    return `[${negated ? "^" : ""}${members}]`;
}

function literal(character: string): string {
    return /[\\^$.*+?()[\]{}|/\-]/.test(character) ? `\\${character}` : character;
}
