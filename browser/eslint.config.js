import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const bannedProperties = [
    { object: 'Math', property: 'random', message: 'not for secrets; take an Entropy' },
    { object: 'Date', property: 'now', message: 'take a Clock' },
    { property: 'innerHTML', message: 'write textContent' },
    { property: 'outerHTML', message: 'write textContent' },
    { property: 'insertAdjacentHTML', message: 'write textContent' },
]
const storage = 'leaves a trace on the reporter’s device'
const bannedGlobals = [
    ...['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore'].map((name) => ({ name, message: storage })),
    { name: 'XMLHttpRequest', message: 'take a fetch' },
    { name: 'alert', message: 'show it on the page' },
    { name: 'confirm', message: 'show it on the page' },
]

export default defineConfig(
    globalIgnores(['node_modules']),
    {
        files: ['src/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
        extends: [tseslint.configs.strictTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        linterOptions: { reportUnusedDisableDirectives: 'error' },
        rules: {
            'no-console': 'error',
            'no-eval': 'error',
            'no-implied-eval': 'error',
            'no-restricted-properties': ['error', ...bannedProperties],
            'no-restricted-globals': ['error', ...bannedGlobals],
            'no-restricted-syntax': [
                'error',
                { selector: 'MemberExpression[property.name=/^(localStorage|sessionStorage|indexedDB|cookie)$/]', message: storage },
                { selector: 'CallExpression[callee.property.name="write"][callee.object.name="document"]', message: 'write textContent' },
            ],
            '@typescript-eslint/no-non-null-assertion': 'error',
            '@typescript-eslint/switch-exhaustiveness-check': 'error',
            '@typescript-eslint/consistent-type-imports': 'error',
            '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
            // `as T` beside an index is checked by the line before it
            '@typescript-eslint/no-unsafe-type-assertion': 'off',
        },
    },
    {
        files: ['src/**/*.ts'],
        ignores: ['src/effects.ts', 'src/worker.ts', 'src/mailboxWorker.ts', 'src/cleaner.ts'],
        rules: {
            'no-restricted-globals': [
                'error',
                ...bannedGlobals,
                { name: 'crypto', message: 'take an Entropy' },
                { name: 'setTimeout', message: 'take a Clock' },
            ],
        },
    },
)
