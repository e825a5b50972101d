/** What stands in a preview for a value that is not known yet (proxy.js of @pulumi/policy). */
export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Marks of colour in Pulumi's own messages: `<{%reset%}>`. */
const COLOUR = /<\{%[^%]*%\}>/g;

/** A message of Pulumi's without its colours. */
export function plainText(message: string): string {
    return message.replace(COLOUR, "").trim();
}

/**
 * What a violation says of itself: the SDK puts the rule's description on a line before it. Colours are left out.
 */
export function messageText(message: string): string {
    const [first = "", ...rest] = plainText(message).split("\n");
    return rest.length === 0 ? first : rest.join("\n").trim();
}
