"""Issuers of STAR, ChiNext and Hong Kong and private companies, in one line of ours each, with the grade.

Rule: a line is `name|what it makes|grade` by the label rule of docs/relevance.md; general knowledge.
"""

from __future__ import annotations

LINES = """
壁仞科技|面向云端训练与推理的通用GPU|ai_chip
天数智芯|通用GPU芯片及加速卡,覆盖训练和推理|ai_chip
登临科技|GPU+架构的云端AI加速器|ai_chip
瀚博半导体|云端推理加速芯片与图形GPU|ai_chip
砺算科技|自研架构的6nm图形渲染GPU|ai_chip
昆仑芯|通用AI计算芯片,源自搜索公司的芯片部门|ai_chip
平头哥半导体|含光AI推理芯片与倚天服务器CPU|ai_chip
中昊芯英|自研TPU架构的训练芯片|ai_chip
清微智能|可重构架构AI芯片|ai_chip
算能科技|TPU处理器和RISC-V处理器|ai_chip
墨芯人工智能|稀疏化AI推理芯片|ai_chip
鲲云科技|数据流架构AI芯片CAISA|ai_chip
后摩智能|存算一体智驾AI芯片|ai_chip
亿铸科技|ReRAM存算一体AI大算力芯片|ai_chip
知存科技|存算一体AI芯片,用于语音和视频|ai_chip
灵汐科技|类脑AI芯片|ai_chip
时识科技|神经形态类脑芯片|ai_chip
苹芯科技|基于SRAM的存内计算AI加速器|ai_chip
景嘉微|军用图形显控和国产图形处理芯片GPU|ai_chip
地平线|车载智能驾驶计算芯片征程系列|ai_chip
黑芝麻智能|华山系列自动驾驶SoC|ai_chip
爱芯元智|端侧和边缘侧AI视觉SoC|ai_chip
酷芯微电子|边缘AI视觉SoC芯片|ai_chip
肇观电子|端侧AI视觉处理器芯片|ai_chip
耐能智慧|邊緣AI神經網路處理器|ai_chip
砺算科技（上海）有限公司|6nm图形GPU芯片某风系列|ai_chip
象帝先|天钧系列通用GPU|ai_chip
凌久微|桌面显卡用图形处理器|ai_chip
江原科技|国产工艺AI推理芯片|ai_chip
云天励飞|自研神经网络处理器的AI推理芯片与算法|ai_chip
英伟达|数据中心加速计算GPU|ai_chip
Groq|LPU inference accelerators|ai_chip
Cerebras|wafer-scale AI processors|ai_chip
Tenstorrent|AI accelerators and RISC-V cores|ai_chip
Etched|transformer ASICs for inference|ai_chip
d-Matrix|digital in-memory computing chips for AI inference|ai_chip
Rebellions|NPU chips for data centers|ai_chip
中芯国际|晶圆代工|related
华虹公司|特色工艺晶圆代工|related
晶合集成|显示驱动等特色工艺的12英寸晶圆代工|related
北方华创|刻蚀、薄膜沉积等半导体设备|related
中微公司|等离子体刻蚀设备与MOCVD|related
拓荆科技|薄膜沉积设备PECVD、ALD|related
盛美上海|半导体清洗设备|related
芯源微|涂胶显影设备|related
屹唐股份|去胶、快速热处理及干法刻蚀设备|related
富创精密|半导体设备精密零部件|related
江丰电子|溅射靶材|related
沪硅产业|300mm硅片|related
西安奕材|12英寸电子级硅片|related
立昂微|硅片与功率器件|related
神工股份|刻蚀用单晶硅材料|related
南大光电|ArF光刻胶与前驱体|related
彤程新材|半导体光刻胶|related
金宏气体|电子特种气体和大宗气体|related
长电科技|芯片封装测试|related
甬矽电子|先进封装与测试|related
盛合晶微|中段硅片加工与三维多芯片集成封装|related
伟测科技|晶圆测试与芯片成品测试|related
颀中科技|显示驱动芯片封测|related
长川科技|集成电路测试机与分选机|related
华峰测控|半导体自动化测试系统|related
概伦电子|EDA工具及器件建模|related
广立微|EDA软件与晶圆级电性测试设备|related
芯原微电子|芯片设计服务与半导体IP授权|related
灿芯股份|一站式芯片定制与IP|related
锐成芯微|物理IP授权|related
兆易创新|NOR Flash存储与MCU|related
北京君正|存储芯片与智能视频处理器|related
东芯股份|SLC NAND、DRAM等存储芯片|related
佰维存储|存储器模组与封测|related
江波龙|存储器产品与模组|related
澜起科技|内存接口芯片与津逮服务器CPU|related
聚辰股份|EEPROM存储芯片|related
普冉股份|NOR Flash与EEPROM|related
龙芯中科|自主指令系统CPU|related
飞腾信息|国产CPU|related
兆芯集成|x86通用处理器CPU|related
安路科技|FPGA芯片|related
紫光同创|FPGA和CPLD|related
复旦微电|FPGA、安全识别与非挥发存储|related
高云半导体|国产FPGA|related
中科驭数|DPU数据处理器芯片|related
云豹智能|DPU芯片|related
盛科通信|以太网交换芯片|related
源杰科技|光通信激光器芯片|related
仕佳光子|光分路器与AWG芯片、光器件|related
光迅科技|光电器件与光模块|related
剑桥科技|高速光模块|related
浪潮信息|服务器|related
超聚变|服务器整机|related
工业富联|AI服务器制造|related
中科曙光|高端计算机、服务器与存储|related
沪电股份|服务器与交换机用印制电路板|no
胜宏科技|高密度PCB|no
英维克|数据中心液冷温控|no
圣邦股份|模拟芯片|no
思瑞浦|信号链与电源管理模拟芯片|no
纳芯微|隔离与传感模拟芯片|no
斯达半导|IGBT功率模块|no
华润微|功率半导体IDM|no
新洁能|MOSFET功率器件|no
卓胜微|射频前端芯片|no
唯捷创芯|射频功率放大器模组|no
韦尔股份|CMOS图像传感器|no
思特威|CMOS图像传感器芯片|no
格科微|CMOS图像传感器与显示驱动芯片|no
中颖电子|MCU与锂电管理芯片|no
芯海科技|ADC与MCU芯片|no
国民技术|安全芯片与通用MCU|no
乐鑫科技|Wi-Fi MCU物联网芯片|no
恒玄科技|蓝牙音频SoC|no
炬芯科技|蓝牙音箱音频芯片|no
晶丰明源|LED照明驱动芯片|no
芯朋微|电源管理芯片|no
杰华特|电源管理芯片|no
力合微|电力线载波通信芯片|no
翱捷科技|蜂窝基带芯片|no
臻镭科技|终端射频与电源管理芯片|no
比特微|比特币矿机芯片与矿机|no
亿邦国际|区块链矿机与ASIC矿机芯片|no
商汤科技|人工智能软件平台|no
科大讯飞|语音识别与大模型|no
智谱|通用大语言模型|no
优刻得|公有云与算力租赁|no
首都在线|云主机与GPU算力租赁|no
润泽科技|数据中心与智算中心运营|no
弘信电子|柔性电路板与算力服务|no
恒润股份|风电法兰与算力租赁|no
利通电子|电视结构件与算力租赁|no
优必选|人形机器人|no
极智嘉|仓储物流机器人|no
禾赛科技|激光雷达|no
图形天下|电子地图与地理信息|no
智微智能|工控主板与终端设备|no
芯能科技|分布式光伏电站|no
算力港|智算中心算力租赁服务|no
中国芯城|商业地产开发与招商|no
华芯医疗|一次性内窥镜|no
智能自控|工业控制阀门|no
寒武纪旅游|恐龙主题乐园|no
"""

# Written after the first lot was met.
MORE = """
睿思芯科|RISC-V服务器处理器|related
赛昉科技|RISC-V CPU IP与开发板|related
曦望|大模型推理GPU|ai_chip
无问芯穹|大模型推理云与AI基础设施软件|no
硅基流动|大模型推理云平台|no
东方算芯|可重构AI训练芯片|ai_chip
行云集成电路|面向大模型的推理GPU|ai_chip
星宸科技|视频安防SoC|no
富瀚微|安防视频处理芯片|no
全志科技|智能终端应用处理器|related
寒序科技|磁性存算一体芯片|ai_chip
深聪智能|语音AI芯片|ai_chip
启英泰伦|语音识别AI芯片|ai_chip
云知声|AGI语音技术与智慧医疗软件|no
思必驰|对话式人工智能软件|no
旷视科技|计算机视觉算法与物联网|no
中科创达|智能操作系统软件|no
德赛西威|智能座舱与域控制器|no
均胜电子|汽车电子与安全系统|no
经纬恒润|汽车电子产品与研发服务|no
辉羲智能|高阶智驾SoC芯片|ai_chip
新芯航途|自动驾驶计算芯片|ai_chip
长飞光纤|光纤预制棒与光缆|no
生益科技|覆铜板|no
华丰科技|高速背板连接器|related
瑞可达|连接器|no
中石科技|导热散热材料|no
高澜股份|液冷设备|no
麦格米特|服务器电源|no
欧陆通|服务器电源适配器|no
云赛智联|云计算与数据中心服务|no
鸿博股份|彩票印刷与智算租赁|no
中贝通信|通信网络建设与智算集群租赁|no
寒武纪参股方|参股AI芯片公司的投资平台|no
芯源股份|电池级碳酸锂|no
士兰微|功率半导体与MEMS传感器|no
闻泰科技|功率半导体与手机ODM|no
敏芯股份|MEMS麦克风|no
美芯晟|无线充电与LED驱动芯片|no
慧智微|射频前端芯片|no
芯联集成|功率与MEMS晶圆代工|related
中微半导|MCU芯片|no
国博电子|T/R组件与射频芯片|no
铂科新材|芯片电感|no
天通股份|压电晶体与蓝宝石|no
至正股份|引线框架|related
联瑞新材|封装用硅微粉|related
德邦科技|集成电路封装材料|related
Ambarella|edge AI vision SoCs|ai_chip
Arm|CPU architecture and semiconductor IP|related
CoreWeave|GPU cloud|no
Nebius|AI cloud infrastructure|no
Super Micro|AI servers|related
SK hynix|HBM and DRAM|related
TSMC|wafer foundry|related
Lumentum|optical components and lasers|related
Hailo|edge AI processors|ai_chip
SiMa.ai|machine learning SoC for the edge|ai_chip
Lightmatter|photonic AI accelerators and interconnects|ai_chip
Ayar Labs|optical I/O chiplets|related
Bitdeer|bitcoin mining and ASIC miners|no
"""

CASES: tuple[tuple[str, str, str], ...] = tuple(
    (name, what, label)
    for name, what, label in (line.split("|") for line in (LINES + MORE).split("\n") if line)
)
