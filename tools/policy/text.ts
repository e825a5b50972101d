/** Marks of colour in Pulumi's own messages: `<{%reset%}>`. */
const COLOUR = /<\{%[^%]*%\}>/g;

/**
 * What a violation says of itself: the SDK puts the rule's description on a line before it. Colours are left out.
 */
export function messageText(message: string): string {
    const [first = "", ...rest] = message.replace(COLOUR, "").trim().split("\n");
    return rest.length === 0 ? first : rest.join("\n").trim();
}
