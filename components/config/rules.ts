import type { Settings } from "./defaults";
import type { Problem } from "./problems";
import { applicationsFit } from "./rules/applications";
import { clusterFits, nodeImageFits } from "./rules/cluster";
import { demoFits } from "./rules/demo";
import { edgeFits } from "./rules/edge";
import { gitopsFits } from "./rules/gitops";
import { layersExist, layersFit, layersOnce } from "./rules/layers";
import { databasesFit, portsFit, retentionFits, sizesFit } from "./rules/limits";
import { ciliumFits, networkFits } from "./rules/network";
import { oidcFits } from "./rules/oidc";
import { pathsApart, publicPathsFit, rolePathsFit } from "./rules/paths";
import type { Rule } from "./rules/rule";
import { runbooksFit } from "./rules/runbooks";
import { chartsFit, collectorFits, imagesFit, mirrorsFit } from "./rules/sources";
import { audiencesFit, rolesFit, usersFit } from "./rules/users";

/** Everything that can be wrong with settings whose types are right. */
export function settingProblems(settings: Settings): readonly Problem[] {
    return RULES.flatMap((rule) => rule(settings));
}

const RULES: readonly Rule[] = [
    layersExist,
    layersOnce,
    layersFit,
    networkFits,
    ciliumFits,
    clusterFits,
    portsFit,
    chartsFit,
    imagesFit,
    collectorFits,
    nodeImageFits,
    mirrorsFit,
    sizesFit,
    retentionFits,
    runbooksFit,
    databasesFit,
    edgeFits,
    applicationsFit,
    usersFit,
    rolesFit,
    rolePathsFit,
    publicPathsFit,
    pathsApart,
    audiencesFit,
    oidcFits,
    gitopsFits,
    demoFits,
];
