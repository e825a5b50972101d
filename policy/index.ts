import { PolicyPack } from "@pulumi/policy";
import { EXCEPTIONS } from "./exceptions";
import { stackFacts } from "./pack/facts";
import { seeSecrets } from "./pack/marks";
import { policiesOf } from "./pack/policies";
import { RULES } from "./rules";

seeSecrets();
new PolicyPack("hearth", {
    description: "What every stack of Hearth keeps to",
    enforcementLevel: "mandatory",
    policies: policiesOf(RULES, { exceptions: EXCEPTIONS, facts: stackFacts() }),
});
