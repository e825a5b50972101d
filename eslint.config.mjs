import tseslint from "typescript-eslint";

export default tseslint.config(
    {
        ignores: [
            "node_modules",
            ".hearth",
            "collector/src",
            "tools/modules",
            "tools/*.js",
            "tools/warm/*.js",
            "policy/main.js",
        ],
    },
    ...tseslint.configs.strict,
    {
        files: ["**/*.ts"],
        rules: {
            "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
            "@typescript-eslint/no-explicit-any": "error",
            "@typescript-eslint/no-non-null-assertion": "error",
            "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
            "@typescript-eslint/explicit-module-boundary-types": "error",
            "no-restricted-imports": [
                "error",
                {
                    paths: [
                        { name: "@pulumi/kubernetes", message: "Import deeply: its index loads every API group." },
                        { name: "@pulumi/kubernetes/helm/v3", message: "Import @pulumi/kubernetes/helm/v3/release." },
                    ],
                },
            ],
        },
    },
    {
        // Mocks hand out untyped protobuf messages.
        files: ["test/**/*.ts"],
        rules: { "@typescript-eslint/explicit-module-boundary-types": "off" },
    },
);
