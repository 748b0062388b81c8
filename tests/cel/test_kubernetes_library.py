"""The functions that Kubernetes adds to CEL; each value was compared with k8s.io/apiserver v0.37.1."""

from __future__ import annotations

import pytest

from gitlint_ops.cel.kubernetes import KubernetesEnvironment, Unevaluable
from gitlint_ops.cel.program import EvaluationError

HOLDS = """
quantity('1Gi').isGreaterThan(quantity('1G'))
quantity('1000m') == quantity('1')
quantity('50k').add(20).sub(quantity('100k')).sub(-50000).asInteger() == 20
quantity('200M').compareTo(quantity('0.2G')) == 0
quantity('1.5G').asApproximateFloat() == 1500000000.0
sign(quantity('-1k')) == -1
isQuantity('1.3Gi') && isQuantity('.5') && isQuantity('1e3') && isQuantity('Mi')
!isQuantity('200K') && !isQuantity('1,3G') && !isQuantity('Three') && !isQuantity('')
!quantity('9999999999999999999999999999999999999G').isInteger()
quantity('0.1n') == quantity('1n')
ip('10.0.0.1').family() == 4 && ip('::1').family() == 6
ip('::1').isLoopback() && ip('::').isUnspecified() && ip('fe80::1').isLinkLocalUnicast()
ip('224.0.0.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast()
ip('10.0.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()
!isIP('01.2.3.4') && !isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0') && !isIP('1.2.3.4/32')
!ip.isCanonical('2001:DB8::1') && string(ip('2001:db8:0:0:0:0:0:1')) == '2001:db8::1'
cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))
cidr('10.0.0.0/8').containsCIDR('10.128.0.0/9') && !cidr('10.0.0.0/9').containsCIDR(cidr('10.0.0.0/8'))
string(cidr('10.1.2.3/8')) == '10.1.2.3/8' && string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8'
cidr('10.1.2.3/8').ip() == ip('10.1.2.3') && cidr('::/0').prefixLength() == 0
!isCIDR('10.0.0.0/08') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0/255.0.0.0') && !isCIDR('10.0.0.0')
semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.2.3-alpha.2').isLessThan(semver('1.2.3-alpha.10'))
semver('1.2.3-alpha').compareTo(semver('1.2.3')) == -1 && semver('1.2.3+a') == semver('1.2.3+b')
semver('v01.02', true) == semver('1.2.0') && !isSemver('v1.2.3') && isSemver('v1', true)
!isSemver('1.2') && !isSemver('01.2.3') && !isSemver('1.2.3-01') && !isSemver('1.2-rc', true)
semver('4.5.6').major() == 4 && semver('4.5.6').minor() == 5 && semver('4.5.6').patch() == 6
url('https://u@example.com:80/a%20b?x=1&y=2&x=3').getHost() == 'example.com:80'
url('https://example.com:80/').getPort() == '80' && url('https://[::1]:8/').getHostname() == '::1'
url('https://a/p q').getEscapedPath() == '/p%20q' && url('/p').getScheme() == ''
url('https://a/?x=1&x=3&y=a+b').getQuery() == {'x': ['1', '3'], 'y': ['a b']}
isURL('https://a.b') && isURL('/abs') && isURL('mailto:x@y') && !isURL('rel') && !isURL('../rel')
!isURL('https://a b') && !isURL('http://h:abc/') && !isURL('https://a/%zz') && !isURL('http://[::1/')
'abc 123'.find('[0-9]+') == '123' && 'abc'.find('(x)|b') == 'b' && 'abc'.find('9') == ''
'123 abc 456'.findAll('[0-9]+') == ['123', '456'] && '1 2 3'.findAll('[0-9]', 2) == ['1', '2']
'aabb'.findAll('(a)(b)') == ['ab'] && '(b)'.find('[(]b') == '(b'
[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [].isSorted()
[1, 2].sum() == 3 && [1.5, 2.5].sum() == 4.0 && [3, 1, 2].max() == 3 && ['b', 'a'].min() == 'a'
[1, 2, 1].indexOf(1) == 0 && [1, 2, 1].lastIndexOf(1) == 2 && ['a'].indexOf('b') == -1
[1, 2].includes(2) && 'hello'.indexOf('l') == 2
format.dns1123Label().validate('A_').hasValue() && !format.dns1123Label().validate('a-1').hasValue()
format.named('uuid').value().validate('x').hasValue() && !format.named('nothing').hasValue()
!format.dns1123LabelPrefix().validate('a-').hasValue() && !format.labelValue().validate('').hasValue()
format.date().validate('2021-02-29').hasValue()
!format.datetime().validate('2020-01-01T00:00:00Z').hasValue()
format.byte().validate('aGk').hasValue() && !format.uri().validate('https://a').hasValue()
sets.contains([1, 2], [1]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])
[1, 2].all(i, v, i < v) && {'a': 1}.transformMap(k, v, v + 1) == {'a': 2}
optional.none().orValue(3) == 3 && {'a': 1}[?'b'].orValue(5) == 5 && {'a': 1}.?a.hasValue()
'a,b'.split(',') == ['a', 'b'] && ' x '.trim() == 'x'
['a', 'b'].join('-') == 'a-b' && 'Aé'.lowerAscii() == 'aé'
'abc'.charAt(1) == 'b' && 'hello'.substring(1, 3) == 'el' && 'aaa'.replace('a', 'b', 2) == 'bba'
strings.quote('a') == '"a"' && '%s-%d'.format(['a', 1]) == 'a-1'
1 < 1.5 && self.size() == 0
[3, 1].sort() == [1, 3] && [1, 2, 3].slice(1, 2) == [2]
[1, 1].distinct() == [1] && lists.range(2) == [0, 1]
""".strip().splitlines()

FAILS = """
quantity('200K').isInteger()
quantity('9999999999999999999999999999999999999G').asInteger()
ip('1.2.3')
cidr('10.0.0.0/').ip()
cidr('10.0.0.0/8').containsIP('x')
semver('1.2')
url('rel').getHost()
[].max()
[9223372036854775807, 1].sum()
'a'.matches('[')
'a'.find('[')
{'a': 1}['b']
[1][1]
1 / 0
int('x')
'hello'.substring(9)
optional.none().value()
quantity(dyn(1))
dyn(1).startsWith('a')
""".strip().splitlines()

UNEVALUABLE = """
authorizer.group('apps').resource('deployments').check('create').allowed()
{'a': 'x'}.transformMapEntry(k, v, {v: k})
duration('1.5s').getMilliseconds() == 1500
'abc'.findAll('^a') == ['a']
'abc'.findAll('x*').size() == 4
type(ip('1.2.3.4')) == net.IP
format.uri().validate('/a') == optional.none()
nosuch(1)
this is no CEL
lists.range(20000).all(x, x >= 0)
quantity('1').major() == 1
lists.range(2000000000).size() == 1
lists.range(self.size()).size() == 0
'a'.replace('a', 'bb').replace('b', 'cc').replace('c', 'dd') == ''
""".strip().splitlines()


@pytest.fixture(scope="module")
def environment() -> KubernetesEnvironment:
    return KubernetesEnvironment(["self"])


def _value(environment: KubernetesEnvironment, expression: str) -> object:
    return environment.compile(expression).evaluate({"self": []})


@pytest.mark.parametrize("expression", HOLDS)
def test_functions_give_what_those_of_kubernetes_give(
    environment: KubernetesEnvironment, expression: str
) -> None:
    assert _value(environment, expression) is True


@pytest.mark.parametrize("expression", FAILS)
def test_what_fails_on_an_api_server_fails_here(environment: KubernetesEnvironment, expression: str) -> None:
    with pytest.raises(EvaluationError):
        _value(environment, expression)


@pytest.mark.parametrize("expression", UNEVALUABLE)
def test_what_the_engine_cannot_judge_is_never_judged(
    environment: KubernetesEnvironment, expression: str
) -> None:
    with pytest.raises(Unevaluable):
        _value(environment, expression)


def test_an_expression_is_compiled_once(environment: KubernetesEnvironment) -> None:
    assert environment.compile("self.size() == 0") is environment.compile("self.size() == 0")


def test_a_pattern_cannot_be_made_to_backtrack(environment: KubernetesEnvironment) -> None:
    assert _value(environment, f"'{'a' * 5_000}b'.find('(a+)+$') == ''") is True
