"""Words of plain English that are also names, and names too general to be a mention.

The assumption that matters: in an abstract 'set', 'rest' and 'lead' are words; a gene of that name is missed and not
invented. Left out: other languages.
"""

from __future__ import annotations

PLAIN = frozenset(
    """a about above accept act add after age aged aid aim air all alone also am amount an and animal any are area arm as
    ask at axis back bad band base be bed been before being below best beta better between big birth block body bone both
    box branch break by call can care case cases cell cells change child class clear close clue coat code cold collect
    come common condition control cost could count cross cut cycle damage dark data day days deal death degree delay
    delta depend did diet direct do does dose drive drug drugs due during each early eat effect effects end entry equal
    even event evidence ex face fact factor fall far fast fat female few field film find fire first fish fit five flow
    food foot for force form found four free from full game gap gene genes general give glass go good great group had half
    hand has have he head health hear heart heat help her here hit hold home hot house how human humans i if impact in
    increase index input insight into ion is it its job join just keep key kind kit know lack lamp large last late lead
    leads learning leave left leg length less let level life light like line link live load local long loss lot low made
    maid main make male man many map mark mass match matrix may me mean media medical men mental met mice mid might mild
    mind mine minor mix model models moderate more most much must near need net new next nine no node noise none nor not
    note now number of off old on once one only open or order other our out over own pack pair part parts past patch path
    patient patients peak people per period person phase pick place plan plant play plus point pool poor post power pre
    present press probe proper pull pulse push quality rate rates ratio raw reach read real red relax repeat report
    respond response rest result results rich right ring rise risk road role root round run safe same sample save say
    scale school score sea second see self sense sent set seven severe sex shape share she short should show side sign
    simple since single site six size skin slow small so social soft some son sound source space spin spot stage star
    start state step stem still stop store stress strong study such sum sun sure surface table tail take tank target task
    team ten term test tests than that the their them then there these they thin this those three through time times tip
    to toll tool top total touch toward track traits transport treat treatment tree trial tube turn twin two type types
    under unit up upon upper us use used user value values very via view visit volume wait walk wall was wave way we weak
    week weight well were what when where which while white who whole why wide will with within without woman women word
    work year years yes yet you young zero""".split()
)

PHRASES = ("body weight", "disease progression", "medical conditions", "drug combination", "normal saline", "drinking water", "symptoms and signs", "grade 1", "grade 2", "grade 3", "grade 4", "signs and symptoms", "adverse events", "adverse event", "side effects", "side effect")
TOO_GENERAL = frozenset(PHRASES) | frozenset(
    """disease diseases disorder disorders syndrome syndromes symptom symptoms illness condition conditions complication
    complications drug drugs agent agents compound compounds chemical chemicals pharmaceutical preparations medicine
    medicines medication protein proteins gene genes enzyme enzymes peptide peptides receptor receptors inhibitor
    inhibitors agonist agonists antagonist antagonists hormone hormones acid acids base bases ligand ligands antibody
    antibodies solution solutions water air food oxygen carbon nitrogen ion ions metal metals salt salts gas gases plant
    plants animal animals therapy treatment surgery patient patients adult adults child children male males female
    females effect effects response responses signs sign disability inflammation-free recurrence relapse lesion lesions
    morbidity mortality affect role behavior behaviour process growth vehicle placebo control controls factor factors
    fatal chronic acute rare dosage dose substance substances molecule molecules element elements polymer lipid lipids
    nucleotide nucleotides powder powders tablets tablet capsule capsules cream gel solvent solvents buffer buffers
    extract extracts reagent reagents dye dyes marker markers biomarker biomarkers antigen antigens vitamin-like
    neurotransmitter neurotransmitters neuropeptide neuropeptides particle particles material materials ring time death
    alpha beta gamma delta kappa lambda sigma theta omega epsilon mu nu eta acting long others basic oral contrast
    generic agent-induced fever-like analgesics-like metabolite metabolites isomer isomers racemic derivative derivatives
    injury injuries complete emergency emergencies sterile acquired idiopathic genetic congenital dependence weight ages
    analgesia hereditary sporadic familial progressive benign malignant primary secondary progression case normal-saline
    infection infections infant infants aging wounds coma-like prenatal postoperative remission deaths survivor grade-3
    ointment tablets-like dialysate electrolyte electrolytes emulsion emulsions syndrome-x""".split()
)
