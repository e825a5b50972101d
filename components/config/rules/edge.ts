import type { Problem } from "../problems";
import type { Rule } from "./rule";

export const edgeFits: Rule = ({ corsOrigins, authAddress, rateLimit }) => {
    const problems: Problem[] = corsOrigins
        .filter((origin) => !/^https?:\/\/[^\s/]+$/.test(origin))
        .map((origin) => ({
            where: "hearth:corsOrigins",
            what: `"${origin}" is not an origin`,
            fix: "write scheme://host[:port] without a path",
        }));
    if (authAddress !== undefined && !/^https?:\/\/[^\s]+$/.test(authAddress)) {
        problems.push({
            where: "hearth:authAddress",
            what: `"${authAddress}" is not an http(s) address`,
            fix: "write http://service.namespace.svc:port/path",
        });
    }
    for (const [name, value] of Object.entries(rateLimit)) {
        if (value < 1)
            problems.push({
                where: `hearth:rateLimit.${name}`,
                what: `${value} lets nothing through`,
                fix: "choose at least 1",
            });
    }
    return problems;
};
