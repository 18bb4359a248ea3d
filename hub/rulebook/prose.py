"""The words around the tables: what a DPIA, a policy document and an agreement say of any release.

In: nothing. Out: templates, filled in by `docs`.
Never here: a rule, a number, or anything that a controller has to decide for itself.
"""

MADE = "Made from the rule files by `hub rulebook docs`; edit those, not this page."

INDEX = """# The rulebook

Release {release}. {made}

- [For the DPIA](dpia.md): what is shared with whom, on what basis, and what stops it
- [For the appropriate policy document](policy-document.md)
- [Annex to the sharing agreement](sharing-agreement-annex.md): what each kind of agency receives
- [Which kind of agency can ever be shown which category](matrix.svg)

A gateway is a power or a duty to share. A layer is a condition of data protection law; one has to
fit beside the gateway. A bar takes out what a gateway would show.

Strength says how firmly the source was established: A read, B second-hand or in part, C not
confirmed. A lawyer has to check every C before anybody relies on it.
{rules}
"""

DPIA = """# For the data protection impact assessment

Release {release}. {made}

This page says what the rules do. Each controller adds its own consultation, its own view of
necessity and its sign-off. The hub confers no power; each agency stays the controller of what it
posted.

## 1. What is processed

| Category | In plain words | Kind of data |
|---|---|---|
{categories}

## 2. Who can receive what

![Kinds of agency by category](matrix.svg)

{legend}.

A cell gives the strongest way that some facts would open; it does not say that those facts hold.
Left out are an agency's own records, what a court orders for anybody, the answer to a person who
asks for their own data, and what a named officer opens in an emergency (section 4).

{matrix}

## 3. Lawful basis of each disclosure

Nothing is shown without a gateway *and* a layer for each article that the category needs. Where
several gateways fit, the first of these kinds leads: {tiers}.

| Gateway | Power or duty | Rests on one of | Strength |
|---|---|---|---|
{gateways}

## 4. Necessity and proportionality

A gateway shows only the categories it lists, field by field. Beside that, gateways ask for this:

{obligations}

**Who decides.** The rules decide each answer by themselves, on facts that named people recorded.
Only these gateways show nothing before a named person at the agency that holds it has decided:
{asked}. Under every other gateway nobody looks at the single answer before it leaves: each
controller says in its own assessment for which of them that is agreed. Answers that wait for a
person are queued with a clock; the hub's officers look at a sample of all answers afterwards.

**In an emergency** a named officer of {glass} may break the glass. What a person would have to
decide, or to find out, first does not hold it up then; [{way}](rules/{way_id}.md) no longer bites;
and [{vital}](rules/{vital_id}.md) reaches the other people who are named as well. Every other bar
stands, and who spoke up stays sealed. The reason and the officer are on record before anything is
shown, the full record is due within a day, and another officer reviews it.

## 5. Risks, and the bar that answers each

A bar bites where all its conditions are met. The fourth column says what it does where one of them
was not recorded.

| What the bar does | Bar | What it takes out | Where there is no answer on record | Strength |
|---|---|---|---|---|
{bars}

## 6. What is proved of these rules

For every combination of facts, recorded or not, and on every day:

{proofs}

## 7. What is left

Not confirmed, and for a lawyer to check before anybody relies on it:

{unconfirmed}

Loaded and tested, but not in force, so that it decides nothing:

{dormant}

Free text may hold what no category says. It leaves only towards those who may see third parties and
who spoke up, or once a person recorded that it was cleared of both.

A retraction takes a record away from everybody but its poster. What that record stated as a fact,
such as that somebody agreed or cannot decide, stands until a later record states otherwise or two
officers of the hub separate the record from the person.

The register holds, of every answer and refusal, who asked, for what, which rules decided and which
records were in it: data about officers, and about people in so far as their hub id stands in it. It
outlives an erasure; what it names can then be read by nobody.
"""

POLICY = """# For the appropriate policy document

Release {release}. {made}

DPA 2018 Sch 1 Part 4 asks each controller that relies on certain conditions for a document of its
own. This page gives what the rules can say. The controller fills in the rest: above all how long it
keeps what it received, and who reviews this and when.

## Conditions for which this document is asked

Those of Schedule 1 paragraph 1 and of its Part 2, also as paragraph 36 extends them to offences.

{conditions}

## Other conditions relied on

Here so that none is missed; Part 4 of Schedule 1 asks for no document about these. For sensitive
processing under Part 3 of the Act, section 42 asks the police and probation for one of its own.

{others}

## How the principles are met

- **Lawfulness, fairness, transparency.** Nothing is disclosed without a gateway and a layer. The
  rules, their sources and how firmly each was established are open to anybody. The person is told,
  unless an exemption fits; then the delay is looked at again.
- **Purpose limitation.** Gateways list their purposes. What a Board received under section 45 is
  locked to its functions.
- **Data minimisation.** Each gateway lists its categories, and each field has one.
- **Accuracy.** A retracted record is shown to nobody but its poster, and those who were shown it
  are told. A disputed one is marked. A fact that a retracted record stated stands until a later
  record states otherwise, or the record is separated from the person.
- **Storage limitation.** *For the controller to complete.* At the hub, a subject's records are
  erased by destroying their key, and facts end on the day the vocabulary gives them.
- **Integrity and confidentiality.** Records are sealed for each subject, and every answer is
  entered in the register before it leaves.
- **Accountability.** Every decision names its rules, its release and its facts, and replays.
"""

ANNEX = """# Annex to the sharing agreement: what each kind of agency receives

Release {release}. {made}

An agency always keeps sight of what it posted itself. What follows is what others posted, save what
a court orders, the answer to a person who asks for their own data, and what a named officer opens
in an emergency. A rule whose source is not confirmed is marked (C).

{kinds}
"""
