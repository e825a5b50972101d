import type { Problem } from "../problems";

/** RFC 1123 label: what Kubernetes takes as a namespace's name. */
export const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

const SUBDOMAIN_PART = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = new RegExp(`^${SUBDOMAIN_PART}(\\.${SUBDOMAIN_PART})*$`);
/** RFC 1123: bytes of a whole domain name. */
const SUBDOMAIN_LENGTH = 253;

/** RFC 1123 subdomain: what Kubernetes takes as a ServiceAccount's name. */
export function isSubdomain(name: string): boolean {
    return name.length <= SUBDOMAIN_LENGTH && SUBDOMAIN.test(name);
}

/** A problem for each item that a setting lists more than once. */
export function repetitions(where: string, list: readonly string[]): readonly Problem[] {
    const repeated = new Set(list.filter((item, index) => list.indexOf(item) !== index));
    return [...repeated].map((item) => ({ where, what: `"${item}" is listed more than once`, fix: "list it once" }));
}
