import * as pb from "@pulumi/pulumi/proto/provider_pb";
import type { CheckFailure } from "./properties";
import type { ResourceChange } from "./provider";

export function checkFailures(failures: readonly CheckFailure[]): pb.CheckFailure[] {
    return failures.map(({ property, reason }) => {
        const failure = new pb.CheckFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        return failure;
    });
}

/** The answer to Diff: what changed and which of it needs a new resource; the old one is deleted after that is made. */
export function diffResponse(changes: readonly ResourceChange[]): pb.DiffResponse {
    const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;
    const response = new pb.DiffResponse();
    response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
    response.setDiffsList(topLevel(changes));
    response.setReplacesList(topLevel(changes.filter(({ replace }) => replace)));
    response.setHasdetaileddiff(changes.length > 0);
    for (const change of changes) {
        const detail = new pb.PropertyDiff();
        detail.setKind(kindOf(change));
        response.getDetaileddiffMap().set(change.path, detail);
    }
    return response;
}

function topLevel(changes: readonly ResourceChange[]): string[] {
    return [...new Set(changes.map(({ property }) => property))];
}

function kindOf({ kind, replace }: ResourceChange): pb.PropertyDiff.Kind {
    const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = pb.PropertyDiff.Kind;
    switch (kind) {
        case "add":
            return replace ? ADD_REPLACE : ADD;
        case "delete":
            return replace ? DELETE_REPLACE : DELETE;
        case "update":
            return replace ? UPDATE_REPLACE : UPDATE;
    }
}
