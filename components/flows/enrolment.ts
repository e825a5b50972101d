// Where it is: domain folders know of each other by type only (test/unit/architecture.test.ts), and the mesh and the
// namespaces ask too.
export { enrolledNamespaces, isEnrolled, type MeshSettings } from "../config/enrolment";
