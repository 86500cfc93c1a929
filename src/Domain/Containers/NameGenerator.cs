namespace EventDock.Domain.Containers;

/// <summary>Names for containers that were given none: <c>adjective_surname</c>, the surname that of a scientist or engineer.</summary>
public static class NameGenerator
{
    // Cut into words only when a name is asked for: most commands never do.
    private const string Adjectives = """
        able agile airy amiable ample apt ardent artful astute awake balmy blithe bold boring boundless brave breezy bright
        brisk bubbly buoyant calm candid careful charming cheerful civil clever comely cordial cosy courtly crisp curious
        dapper daring deft devoted dreamy earnest easygoing elated elegant eloquent fair faithful fearless fervent festive
        fond frank friendly gallant generous genial gentle gifted glad gleeful graceful gracious grand happy hardy hearty
        helpful honest hopeful humble idyllic intrepid inventive jaunty jolly jovial joyful keen kind lively lucid lucky
        lyrical mellow merry mild mindful modest musing neat nimble noble observant patient peaceful pensive placid playful
        plucky polite proud quick quiet quirky radiant relaxed resolute reverent robust rosy sage serene sincere sleek smart
        snug sober spirited sprightly steady stoic sturdy subtle sunny supple tender thoughtful thrifty tidy tranquil trusting
        upbeat valiant vibrant vigilant vivid warm wise wistful witty wondrous worldly youthful zany zealous zesty
        """;

    private const string Surnames = """
        abel agnesi ampere anning archimedes aristotle arrhenius aryabhata avogadro babbage bacon banach banks banneker
        bardeen barton basov becquerel bell berners bernoulli berzelius bessel bethe blackburn blackwell bohr boltzmann bolyai
        boole born bose boyle bragg brahe brahmagupta brunel bunsen burnell cannon cantor carnot carson carver cauchy
        cavendish cayley cerf chandrasekhar chatelet chebyshev cori coulomb crick curie cuvier dalton darwin davy dedekind
        descartes diesel dijkstra diophantus dirac doppler dyson easley eckert edison ehrlich einstein elion engelbart
        eratosthenes euclid euler fabre faraday fermat fermi feynman fibonacci fischer fisher fleming flory fourier franklin
        fraunhofer fresnel frobenius fuller gabor galileo galois galvani gauss germain gibbs gilbert goedel goeppert goodall
        grassmann green grothendieck haber hadamard hahn haldane halley hamilton hamming hardy hawking heaviside heisenberg
        helmholtz henry herschel hertz hess hilbert hodgkin hollerith hooke hopper hoyle hubble huygens hypatia jackson jacobi
        jacquard jemison jenner johnson joule kalam kapitsa keldysh keller kelvin kepler khayyam khwarizmi kilby kirchhoff
        klein knuth koch kolmogorov kovalevskaya lagrange lamarr lamport landau laplace lavoisier leavitt lebesgue lederberg
        leibniz lewis liebig linnaeus liskov lobachevsky lorentz lovelace lumiere lyell maathai malpighi marconi margulis
        maxwell mayer mccarthy mcclintock meitner mendel mendeleev mestorf michelson milgrom millikan minkowski mirzakhani
        moebius montalcini moore morse nansen napier nash neumann newton nightingale nobel noether noyce nusslein oersted ohm
        oppenheimer ostwald panini papin pare pascal pasteur pauli pauling pavlov payne peano penrose pike planck poincare
        poisson popov priestley ptolemy pythagoras raman ramanujan ramsay rayleigh rhodes riemann ritchie roentgen rubin
        rutherford sagan saha salk sammet sanger schroedinger schwinger seaborg shannon shockley siemens sinoussi snell snyder
        somerville sutherland swirles tesla thales tharp thompson thomson torricelli torvalds turing urey vaughan vesalius
        viete volhard volta wallace watson watt weber wegener weierstrass wien wiener wiles wilson wing wozniak wright yalow
        yonath yukawa zeno zhukovsky zuse
        """;

    /// <summary>A name of docker's form. The same numbers always give the same name.</summary>
    /// <param name="random">Any number; drawn by the caller.</param>
    /// <param name="retry">0 at first; with each name that was taken one more, which then ends the name.</param>
    public static string Generate(int random, int retry)
    {
        var adjectives = Words(Adjectives);
        var surnames = Words(Surnames);
        var index = (int)((uint)random % (uint)(adjectives.Length * surnames.Length));
        var name = $"{adjectives[index % adjectives.Length]}_{surnames[index / adjectives.Length]}";

        // Steve Wozniak is not boring: the one name that docker never gives.
        return name == "boring_wozniak" ? Generate(unchecked(random + 1), retry)
            : retry <= 0 ? name
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name}{retry}");
    }

    private static string[] Words(string text) =>
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
