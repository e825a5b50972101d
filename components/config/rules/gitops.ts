import type { Problem } from "../problems";
import type { Rule } from "./rule";
import { hasCredentials } from "./urls";

export const gitopsFits: Rule = ({ gitops, layers }) => {
    const { repository, revision, path } = gitops;
    const problems: Problem[] = [];
    if (repository !== "") {
        problems.push(...repositoryProblems(repository));
        if (!layers.includes("argocd")) {
            problems.push({
                where: "hearth:gitops.repository",
                what: `is set, but layer "argocd", which delivers it, is off`,
                fix: "add argocd to hearth:layers, or remove the setting",
            });
        }
    }
    if (!isRevision(revision)) {
        problems.push({
            where: "hearth:gitops.revision",
            what: revision === "" ? "is empty" : `"${revision}" is not a branch, tag or commit`,
            fix: "write a name that git knows, for example main",
        });
    }
    if (path !== "" && !isFolderPattern(path)) {
        problems.push({
            where: "hearth:gitops.path",
            what: `"${path}" is not a path inside the repository`,
            fix: "write folders with / between them, for example manifests/full/*, without .. and a / at the beginning",
        });
    }
    return problems;
};

/** No message has anything of the address, since what is not understood may have a password in it. */
function repositoryProblems(address: string): readonly Problem[] {
    const where = "hearth:gitops.repository";
    switch (kindOf(address)) {
        case "fine":
            return [];
        case "secret":
            return [
                {
                    where,
                    what: "has credentials in it, which would stand in files, in the state and in the cluster",
                    fix: "give the address alone; Argo CD takes credentials from a Secret of its own",
                },
            ];
        case "other":
            return [
                {
                    where,
                    what: "is not the address of a git repository that a cluster can reach",
                    fix: "write https://host/path, ssh://git@host/path, git@host:path or git://host/path",
                },
            ];
    }
}

function kindOf(address: string): "fine" | "secret" | "other" {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
    if (scheme === undefined) {
        // As scp writes it. A colon before the @ can only be a password's.
        if (/^[^@\s/]*:[^@\s]*@/.test(address)) return "secret";
        return /^([\w.-]+@)?[A-Za-z0-9][\w.-]*:(?!-)[^\s:]+$/.test(address) ? "fine" : "other";
    }
    if (scheme === "ssh") {
        // The name is part of the address; who owns the key, proves it.
        if (/^ssh:\/\/[^/@]*:[^/@]*@/i.test(address)) return "secret";
        return /^ssh:\/\/([\w.-]+@)?[A-Za-z0-9][\w.-]*(:\d+)?\/[^\s?#]+$/i.test(address) ? "fine" : "other";
    }
    if (hasCredentials(address)) return "secret";
    const known = ["http", "https", "git"].includes(scheme);
    return known && /^\w+:\/\/[A-Za-z0-9[][^\s/]*\/[^\s?#]+$/.test(address) && URL.canParse(address) ? "fine" : "other";
}

/** What git allows in a name (git-check-ref-format), as far as a person would write one. */
function isRevision(text: string): boolean {
    return /^[^\s~^:?*[\\-][^\s~^:?*[\\]*$/.test(text) && !/^\/|\.\.|@\{|\/\/|[./]$|\.lock$/.test(text);
}

function isFolderPattern(text: string): boolean {
    if (!/^[^\s\\]+$/.test(text)) return false;
    return text.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
