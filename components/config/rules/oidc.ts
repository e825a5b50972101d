import type { Settings } from "../defaults";
import { withDefaults } from "../defaults";
import type { Problem } from "../problems";
import { keySetProblems } from "./key-set";
import type { Rule } from "./rule";
import { hasCredentials } from "./urls";

type Oidc = Settings["oidc"];

export const oidcFits: Rule = ({ oidc, roles }) => (oidc.issuer === "" ? ownerless(oidc) : withIssuer(oidc, roles));

/** Fields that would have no effect, since the cluster itself is the issuer. */
function ownerless(oidc: Oidc): readonly Problem[] {
    const defaults = withDefaults({}).oidc;
    return (["jwks", "jwksUrl", "rolesClaim"] as const)
        .filter((field) => oidc[field] !== defaults[field])
        .map((field) => ({
            where: `hearth:oidc.${field}`,
            what: "is set without hearth:oidc.issuer, and the cluster, which is the issuer then, has its own keys and roles",
            fix: "set hearth:oidc.issuer to the tokens' iss, or remove the field",
        }));
}

function withIssuer({ issuer, jwks, jwksUrl, rolesClaim }: Oidc, roles: Settings["roles"]): readonly Problem[] {
    const problems: Problem[] = [];
    if (/\s/.test(issuer)) {
        problems.push({
            where: "hearth:oidc.issuer",
            what: "has a space in it",
            fix: "write the text that stands in the tokens' iss, mostly a URL",
        });
    }
    if ((jwks === "") === (jwksUrl === "")) {
        problems.push({
            where: "hearth:oidc",
            what: jwks === "" ? "has an issuer without keys" : "has both jwks and jwksUrl",
            fix: "set exactly one: jwks to the issuer's JSON Web Key Set, or jwksUrl to where it is",
        });
    }
    if (jwks !== "") problems.push(...keySetProblems("hearth:oidc.jwks", jwks));
    if (jwksUrl !== "") problems.push(...addressProblems(jwksUrl));
    // Brackets would end the claim's name in the mesh's conditions.
    if (!/^[^\s[\]]+$/.test(rolesClaim)) {
        problems.push({
            where: "hearth:oidc.rolesClaim",
            what: `"${rolesClaim}" is not a claim's name`,
            fix: "write a name without spaces and brackets, for example roles",
        });
    }
    if (Object.keys(roles).length > 0) {
        problems.push({
            where: "hearth:roles",
            what: `is set, and hearth:oidc.issuer too, whose tokens tell their roles in the claim ${rolesClaim}`,
            fix: "remove hearth:roles, or hearth:oidc",
        });
    }
    return problems;
}

/** Hosts inside the cluster, for which nobody issues certificates. */
const IN_CLUSTER = /\.svc(\.cluster\.local)?$/;

function addressProblems(address: string): readonly Problem[] {
    const where = "hearth:oidc.jwksUrl";
    if (!/^https?:\/\/[^\s]+$/.test(address) || !URL.canParse(address)) {
        return [{ where, what: "is not an https address", fix: "write https://host/path" }];
    }
    if (hasCredentials(address)) {
        const fix = "give the address alone; public keys need no login";
        return [{ where, what: "has credentials in it, which would stand in the mesh's objects", fix }];
    }
    const { protocol, hostname } = new URL(address);
    if (protocol === "https:" || IN_CLUSTER.test(hostname)) return [];
    const what = "is plain http, over which anybody on the way can put keys of his own";
    return [{ where, what, fix: "use https; http is for services of the cluster (*.svc) only" }];
}
