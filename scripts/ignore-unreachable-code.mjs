import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Makes Stryker skip `default: return value satisfies never`, which only the compiler checks. */
const unreachableCode = {
  shouldIgnore({ node }) {
    const [statement] = node.type === 'SwitchCase' && node.test === null ? node.consequent : [];
    const isUnreachable = statement?.argument?.type === 'TSSatisfiesExpression';
    return isUnreachable ? 'No value can reach this case' : undefined;
  },
};

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, 'unreachable-code', unreachableCode)];
